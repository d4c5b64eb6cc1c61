package bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.HashMap;
import java.util.Set;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.KeyValueIterator;

/** The board of every area: a line for each unit, as the project's own offline table has it, without reasons. */
final class Standings {
    final List<String> lines = new ArrayList<>();
    private final Rules rules;
    private final KeyValueStore<String, String> store;

    private static final class Row {
        String unit;
        Long base;
        long bonus;
        long penalty;
        long total;
        long group;
        int models;
        boolean complete;
        int rank;
        int level = -1;
    }

    /** Best first; equal only where nothing in the chain of tie-breaks parts two units. */
    private static final Comparator<Row> ORDER = Comparator.<Row>comparingLong(row -> -row.total)
        .thenComparingLong(row -> -row.base)
        .thenComparingLong(row -> -row.group)
        .thenComparingLong(row -> row.penalty)
        .thenComparingInt(row -> -row.models);

    Standings(Rules rules, KeyValueStore<String, String> store) {
        this.rules = rules;
        this.store = store;
        Map<String, List<Row>> byArea = new HashMap<>();
        each("U|", one -> byArea.computeIfAbsent(one.value, area -> new ArrayList<>()).add(row(one.key.substring(2), one.value)));
        for (String area : rules.areas) {
            board(area, byArea.getOrDefault(area, List.of()));
        }
    }

    /** The points that count on a leaf: of the highest stage, there the latest; REFUSED where nothing does. */
    static long effective(KeyValueStore<String, String> store, String unit, String leaf) {
        for (int n = Rules.STAGES.size() - 1; n >= 0; n--) {
            String cell = "V|" + unit + "|" + leaf + "|" + Rules.STAGES.get(n);
            String count = store.get(cell);
            for (int at = count == null ? 0 : Integer.parseInt(count); at > 0; at--) {
                long points = Long.parseLong(store.get(cell + "|" + at));
                if (points != Rules.REFUSED) {
                    return points;
                }
            }
        }
        return Rules.REFUSED;
    }

    private Row row(String unit, String area) {
        Row row = new Row();
        row.unit = unit;
        row.complete = true;
        for (Rules.Leaf leaf : rules.leaves.values()) {
            if (!leaf.max().containsKey(area)) {
                continue;
            }
            long points = effective(store, unit, leaf.id());
            if (points == Rules.REFUSED) {
                row.complete = false;
                continue;
            }
            row.base = (row.base == null ? 0 : row.base) + points;
            row.group += leaf.group().equals(rules.tieGroup) ? points : 0;
        }
        row.bonus = counted(unit, "bonus");
        row.penalty = counted(unit, "penalty");
        row.total = row.base == null ? 0 : Math.max(rules.floor, row.base + row.bonus - row.penalty);
        each("M|" + unit + "|", one -> row.models++);
        return row;
    }

    /** Decisions in order use up the cap of their item, then that of all; the second of an occurrence is none. */
    private long counted(String unit, String kind) {
        Rules.Caps caps = rules.caps.get(kind);
        List<String> standing = new ArrayList<>();
        Set<String> known = new HashSet<>();
        each("D|" + unit + "|" + kind + "|", one -> {
            int line = one.value.lastIndexOf('|');
            String occurrence = one.value.substring(0, line);
            if (one.value.endsWith("|refused")) {
                known.remove(occurrence);
                standing.remove(occurrence);
            } else if (caps.items().containsKey(occurrence.substring(0, occurrence.indexOf('|'))) && known.add(occurrence)) {
                standing.add(occurrence);
            }
        });
        Map<String, Long> used = new HashMap<>();
        long total = 0;
        for (String occurrence : standing) {
            String code = occurrence.substring(0, occurrence.indexOf('|'));
            Rules.Item item = caps.items().get(code);
            long before = used.getOrDefault(code, 0L);
            long within = Math.min(item.per(), item.cap() - before);
            used.put(code, before + within);
            total += Math.min(within, caps.total() - total);
        }
        return total;
    }

    private void board(String area, List<Row> rows) {
        List<Row> ranked = new ArrayList<>(rows.stream().filter(row -> row.base != null).sorted(ORDER).toList());
        for (int n = 0; n < ranked.size(); n++) {
            boolean tied = n > 0 && ORDER.compare(ranked.get(n - 1), ranked.get(n)) == 0;
            ranked.get(n).rank = tied ? ranked.get(n - 1).rank : n + 1;
        }
        List<Row> classed = ranked.stream().filter(row -> row.complete).toList();
        classed.forEach(row -> row.level = satisfied(row, 0));
        quota(classed.stream().filter(row -> row.level == 0).toList(), ranked.size());
        List<Row> shown = new ArrayList<>(rows);
        shown.sort(Comparator.<Row>comparingInt(row -> row.rank == 0 ? Integer.MAX_VALUE : row.rank).thenComparing(row -> row.unit));
        for (Row row : shown) {
            lines.add(String.join("|",
                area,
                row.rank == 0 ? "" : Integer.toString(row.rank),
                row.unit,
                row.base == null ? "" : Rules.shown(row.total),
                row.level < 0 ? "" : rules.classes.get(row.level).id(),
                row.base == null ? "" : Rules.shown(row.base),
                Rules.shown(row.bonus),
                Rules.shown(row.penalty),
                Boolean.toString(row.complete)));
        }
    }

    private int satisfied(Row row, int start) {
        int level = start;
        while (Math.min(row.total, rules.cap) < rules.classes.get(level).least()) {
            level++;
        }
        return level;
    }

    /** Who of the best class is above the line stays; who is tied on it waits for a decision; the others fall. */
    private void quota(List<Row> candidates, int ranked) {
        int places = (int) Math.min(candidates.size(), Math.max(rules.least, rules.share * ranked / 100));
        boolean cut = places > 0 && places < candidates.size();
        int tiedRank = cut && candidates.get(places - 1).rank == candidates.get(places).rank ? candidates.get(places).rank : 0;
        for (int n = 0; n < candidates.size(); n++) {
            Row row = candidates.get(n);
            if (tiedRank != 0 && row.rank == tiedRank) {
                row.level = -1;
            } else if (n >= places) {
                row.level = satisfied(row, 1);
            }
        }
    }

    private void each(String prefix, java.util.function.Consumer<KeyValue<String, String>> take) {
        try (KeyValueIterator<String, String> found = store.range(prefix, prefix + '\uffff')) {
            found.forEachRemaining(take);
        }
    }
}
