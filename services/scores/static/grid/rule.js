// What a typed value is, and whether the rulebook would take it: the mirror, for the eye, of
// shared/rulebook/values.py, which is the judge.  Exact: whole numbers over powers of ten, never a float.
const DECIMAL = /^-?(0|[1-9]\d{0,8})(\.\d{1,6})?$/;

// The decimal string that a person, or Excel, means by a text; null when it means none, or two things.
// "5,75" and "5.75" alike; with both signs the last one is the decimal sign: "1.234,5", "1,234.5".  The
// other language's sign before three digits may as well group thousands: "1.000" in Vietnamese is none.
export function decimal(text, english) {
  let plain = text.normalize("NFKC").replace(/\s/g, "").replace(/[\u2212\u2013]/g, "-");
  const comma = plain.lastIndexOf(","), point = plain.lastIndexOf(".");
  if (comma >= 0 && point >= 0) {
    const [sign, group] = comma > point ? [",", "."] : [".", ","];
    const [whole, part] = plain.split(sign);
    if (plain.split(sign).length > 2 || !/^-?\d{1,3}$/.test(whole.split(group)[0])) return null;
    if (!whole.split(group).slice(1).every((digits) => /^\d{3}$/.test(digits))) return null;
    plain = `${whole.split(group).join("")}.${part}`;
  } else if ((english ? /^-?[1-9]\d{0,2},\d{3}$/ : /^-?[1-9]\d{0,2}\.\d{3}$/).test(plain)) return null;
  else if (comma >= 0) plain = plain.replace(",", ".");
  plain = plain.replace(/^(-?)\./, "$10.").replace(/\.$/, "").replace(/^(-?)0+(?=\d)/, "$1");
  return DECIMAL.test(plain) ? plain : null;
}

function fraction(text) {
  const [whole, part = ""] = text.split(".");
  return { top: BigInt(whole + part), bottom: 10n ** BigInt(part.length) };
}

const compare = (a, b) => {
  const [x, y] = [a.top * b.bottom, b.top * a.bottom];
  return x < y ? -1 : x > y ? 1 : 0;
};
export const equal = (a, b) => a === b || (a !== undefined && b !== undefined && DECIMAL.test(a) && DECIMAL.test(b) && compare(fraction(a), fraction(b)) === 0);
const isWhole = (a) => a.top % a.bottom === 0n;
const onStep = (a, step) => (a.top * step.bottom) % (a.bottom * step.top) === 0n;
const holds = (bounds, a) =>
  (bounds.gt === undefined || compare(a, fraction(bounds.gt)) > 0) &&
  (bounds.gte === undefined || compare(a, fraction(bounds.gte)) >= 0) &&
  (bounds.lt === undefined || compare(a, fraction(bounds.lt)) < 0) &&
  (bounds.lte === undefined || compare(a, fraction(bounds.lte)) <= 0);

// Why the rulebook would not take it: a fault {field, rule, limit}, or null.  content: value, target, state.
export function fault(column, area, content) {
  const { value, target, state } = content;
  const bad = (field, rule, limit) => ({ field, rule, limit });
  if (state !== undefined) return column.target && value === undefined && target === undefined ? null : bad("target", "token-not-allowed");
  if (value === undefined) return bad("value", "value-missing");
  if (!DECIMAL.test(value)) return bad("value", "not-a-number");
  const amount = fraction(value), zero = fraction("0");
  const within = (least, most) =>
    compare(amount, fraction(most)) > 0 ? bad("value", "above-maximum", most)
      : compare(amount, fraction(least)) < 0 ? bad("value", "below-minimum", least) : null;
  if (target !== undefined && !column.target) return bad("target", "target-not-wanted");
  if (target !== undefined && !DECIMAL.test(target)) return bad("target", "not-a-number");
  if (target !== undefined && compare(fraction(target), zero) <= 0) return bad("target", "target-not-positive");
  if (column.source_max !== null) return within("0", column.source_max);
  if (column.input === "direct") {
    if (!onStep(amount, fraction(column.step))) return bad("value", "off-step", column.step);
    return within(column.min[area] ?? "0", column.max[area]);
  }
  if (column.input === "count") {
    if (!isWhole(amount)) return bad("value", "not-an-integer");
    return compare(amount, zero) < 0 ? bad("value", "below-minimum", "0") : null;
  }
  if (column.input === "ratio") {
    if (compare(amount, zero) < 0) return bad("value", "below-minimum", "0");
    return target === undefined ? bad("target", "target-missing") : null;
  }
  const wanted = target === undefined ? null : fraction(target);
  const metric = wanted === null ? amount : { top: 100n * amount.top * wanted.bottom, bottom: amount.bottom * wanted.top };
  if (column.ladder.integer && !isWhole(metric)) return bad("value", "not-an-integer");
  const found = holds(column.ladder.domain, metric) && column.ladder.rows.some((row) => holds(row, metric));
  return found ? null : bad("value", "outside-domain");
}
