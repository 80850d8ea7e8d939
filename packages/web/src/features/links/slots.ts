import type { LinkSlot } from "@valetkey/client";

/** A slot in the form. A new slot gets an id when the form is sent. */
export type SlotDraft = { id: string | undefined; name: string; accept: string; maxBytes: number | undefined };

/** Gives each new slot an id. Never reuses an id, because a sent file refers to its slot by the id. */
export function slotsOf(drafts: readonly SlotDraft[], { taken }: { taken: readonly LinkSlot[] }): LinkSlot[] {
  const ids = new Set(taken.map(({ id }) => id));
  return drafts.map(({ id: given, name, accept, maxBytes }) => {
    const id = given ?? unusedId(name, ids);
    ids.add(id);
    return {
      id,
      name: name.trim(),
      ...(accept !== "" && { accept: accept.split(" ") }),
      ...(maxBytes !== undefined && { maxBytes }),
    };
  });
}

/** "Payslip March" becomes `payslip-march`, or `payslip-march-2` when that exists. */
function unusedId(name: string, ids: ReadonlySet<string>): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const slug = plain.replace(/^-+/, "").slice(0, 32).replace(/-+$/, "") || "file";
  if (!ids.has(slug)) return slug;
  let nth = 2;
  while (ids.has(`${slug}-${nth}`)) nth += 1;
  return `${slug}-${nth}`;
}
