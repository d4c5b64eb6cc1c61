"""Charts as images: what is written on them, the same bytes for the same content, nothing fetched."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from xml.etree import ElementTree

import altair as alt
import pytest

from services.ranking.charts import data
from services.ranking.charts.render import drawn, svg
from services.ranking.charts.telling import told

F = Fraction
WATERFALL = data.Waterfall(
    (
        data.Step("1.1 Học tập & làm theo <Bác>", F(6), "leaf", "1.1"),
        data.Step("Quy đổi về thang đủ", F(1, 3), "rescale"),
        data.Step("Trừ P1", F(-2), "penalty"),
    )
)
DISTRIBUTION = data.Distribution(
    (
        data.Dot("A", "Quận Đoàn Gò Vấp", F(92), 0, 0),
        data.Dot("B", "Huyện Đoàn Cần Giờ", F("71.25"), 1, 0),
        data.Dot("C", "Quận Đoàn 4", F(71), None, 1),
    ),
    F(70),
    F(95),
    (data.Line("Xuất sắc", F(90)),),
    (data.Line("Xuất sắc", F(92)),),
    ("Xuất sắc", "Tốt"),
)
RANKS = data.Ranks(
    (data.Stop(900, "v1"), data.Stop(1200, "ở đây")),
    (data.Track("A", "Quận Đoàn Gò Vấp", (2, 1), 0), data.Track("B", "Huyện Đoàn Cần Giờ", (1, None), None)),
)
HEAT = data.Heat(
    (data.Column("1.1", "Học tập", "BTG"), data.Column("4.2", "Nhà Thiếu nhi", "BTN")),
    (
        data.HeatRow("A", "Quận Đoàn Gò Vấp", (data.Cell(F("4.75"), F(6), "SCORED"), None)),
        data.HeatRow(
            "B",
            "Huyện Đoàn Cần Giờ",
            (data.Cell(None, F(6), "NOT_SCORED"), data.Cell(F(0), F(4), "SCORED")),
        ),
    ),
)
PROGRESS = data.Progress((data.Share("BTG", "Ban Tuyên giáo", 71, 72),))
ALL = (WATERFALL, DISTRIBUTION, RANKS, HEAT, PROGRESS)


def texts(image: str) -> list[str]:
    found = ElementTree.fromstring(image)
    return ["".join(one.itertext()) for one in found.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (WATERFALL, ["1.1 Học tập & làm theo <Bác>", "+6,00", "≈ +0,33", "−2,00", "≈ 4,33", "Tổng"]),
        (DISTRIBUTION, ["≥ 90", "mức khống chế 92", "Xuất sắc", "Tốt", "chưa phân loại", "Tổng điểm"]),
        (RANKS, ["Quận Đoàn Gò Vấp", "Huyện Đoàn Cần Giờ", "v1900", "ở đây1.200", "1"]),
        (HEAT, ["Quận Đoàn Gò Vấp", "1.1", "4.2", "4,75", "–", "0"]),
        (PROGRESS, ["Ban Tuyên giáo", "71/72"]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_an_image_says_what_its_data_hold(shown: data.Charted, words: list[str]) -> None:
    assert set(words) <= set(texts(drawn(shown, "vi", "light")))


def test_english_has_points_and_its_own_words() -> None:
    assert {"+6.00", "Total"} <= set(texts(drawn(WATERFALL, "en", "light")))
    assert {"no class", "quota line 92"} <= set(texts(drawn(DISTRIBUTION, "en", "light")))


def test_the_narrow_form_writes_codes_where_names_have_no_room() -> None:
    assert {"A", "B"} <= set(texts(drawn(RANKS, "vi", "light", narrow=True)))
    assert "1.1" in texts(drawn(WATERFALL, "vi", "light", narrow=True))


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: type(shown).__name__)
@pytest.mark.parametrize("narrow", [False, True])
def test_an_image_is_as_large_as_the_page_was_told(shown: data.Charted, narrow: bool) -> None:
    figure = told(shown, "vi")
    size = figure.narrow if narrow else figure.wide
    root = ElementTree.fromstring(drawn(shown, "vi", "dark", narrow=narrow))
    assert (root.get("width"), root.get("height")) == (str(size.width), str(size.height))


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: type(shown).__name__)
def test_the_same_content_gives_the_same_bytes_and_each_theme_its_own(shown: data.Charted) -> None:
    drawn.cache_clear()
    first = drawn(shown, "vi", "light")
    drawn.cache_clear()
    assert drawn(shown, "vi", "light") == first
    assert drawn(shown, "vi", "dark") != first


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: type(shown).__name__)
def test_an_image_names_nothing_of_elsewhere_and_runs_nothing(shown: data.Charted) -> None:
    image = drawn(shown, "vi", "light")
    assert not re.search(r"<script|<foreignObject|<image|\son\w+=", image)
    assert set(re.findall(r"https?://[^\"' )]+", image)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_the_renderer_fetches_nothing() -> None:
    chart = alt.LayerChart(layer=[alt.Chart(alt.UrlData(url="http://127.0.0.1:9/a.csv")).mark_point()])
    with pytest.raises(ValueError, match="External data url not allowed"):
        svg(chart)


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: type(shown).__name__)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_chart_has_a_table_with_the_same_numbers(shown: data.Charted, language: str) -> None:
    figure = told(shown, language)
    assert figure.title
    assert figure.alt
    assert figure.rows
    assert {len(row) for row in figure.rows} == {len(figure.head)}


def test_the_table_of_a_waterfall_runs_to_the_total() -> None:
    assert told(WATERFALL, "vi").rows == (
        ("1.1 Học tập & làm theo <Bác>", "+6,00", "6,00"),
        ("Quy đổi về thang đủ", "≈ +0,33", "≈ 6,33"),
        ("Trừ P1", "−2,00", "≈ 4,33"),
    )


def test_no_process_loads_what_draws_before_it_draws() -> None:
    code = (
        "import sys, services.ranking.app, services.ranking.worker, services.ranking.cli.replay; "
        "print([name for name in ('altair', 'vl_convert') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
