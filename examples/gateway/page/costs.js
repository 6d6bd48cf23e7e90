// What answers have cost, in words.

// US dollars: two digits that count, as answers cost fractions of a cent.
export function dollars(cost) {
  if (cost === 0) return "$0";
  const digits = Math.max(2, 1 - Math.floor(Math.log10(cost)));
  return `$${cost.toFixed(Math.min(digits, 10))}`;
}

// What is known of the cost of an answer; "" for nothing.
export function costOf(usage) {
  const parts = [];
  if (typeof usage?.cost === "number") parts.push(dollars(usage.cost));
  if (usage?.total_tokens > 0) {
    parts.push(`${usage.total_tokens.toLocaleString("en")} tokens`);
  }
  return parts.join(", ");
}

// The cost of all answers whose cost was told; "" for none.
export function sumOf(exchanges) {
  const costs = exchanges.map(({ usage }) => usage?.cost)
    .filter((cost) => typeof cost === "number");
  return costs.length > 0
    ? dollars(costs.reduce((sum, cost) => sum + cost, 0)) : "";
}
