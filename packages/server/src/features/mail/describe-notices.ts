import { plainSubject, quotable } from "./template.ts";
import type { LinkName, MailTexts, Thing } from "./texts/en.ts";

/**
 * A fact of a mail, with the texts that the reader may see. `by`: a proven email address. `name`: the title of a note, or a filename, which
 * another person may have written. `link.label`: a text that the reader wrote.
 */
export type Fact =
  | { about: "shared"; by: string | undefined; thing: Thing; name: string | undefined; count: number }
  | { about: "ends"; thing: Thing; name: string | undefined; end: string }
  | { about: "opened" | "received"; link: LinkName; count: number }
  /** `files`: the number of files that visitors got. `count`: the number of downloads or views. */
  | { about: "downloaded" | "viewed"; by: string | undefined; link: LinkName; count: number; files: number }
  | { about: "asked"; by: string | undefined; name: string | undefined };

/** The maximum number of sentences in one mail. */
const MAX_LINES = 12;

/** Describes each fact in a sentence. The subject contains no text of other people, except proven email addresses. */
export function describeFacts(
  given: readonly Fact[],
  { words, subject }: { words: MailTexts; subject: string },
): { subject: string; lines: string[] } {
  const facts = joined(given);
  const lines = facts.map((fact) => describe(quoted(fact), words));
  const more = lines.length - MAX_LINES;
  const [first] = facts;
  return {
    subject:
      first !== undefined && lines.length === 1 ? describe(withoutForeignWords(first), words).slice(0, -1) : subject,
    lines: more <= 0 ? lines : [...lines.slice(0, MAX_LINES), words.notices.more(more)],
  };
}

/** Merges the shares whose names are hidden, so that a mail has one sentence for them. */
function joined(facts: readonly Fact[]): Fact[] {
  const found: Fact[] = [];
  for (const fact of facts) {
    const same = fact.about === "shared" && fact.name === undefined ? found.find(isLike(fact)) : undefined;
    if (same === undefined) found.push({ ...fact });
    else same.count += 1;
  }
  return found;
}

type Shared = Extract<Fact, { about: "shared" }>;

function isLike({ by, thing }: Shared) {
  return (other: Fact): other is Shared =>
    other.about === "shared" && other.by === by && other.thing === thing && other.name === undefined;
}

function describe(fact: Fact, { notices: words }: MailTexts): string {
  switch (fact.about) {
    case "shared":
      return words.shared(fact);
    case "ends":
      return words.ends(fact.thing, fact.name, fact.end);
    case "opened":
      return words.opened(fact.link);
    case "received":
      return words.received(fact.count, fact.link);
    case "asked":
      return words.asked(fact.by, fact.name);
    default: {
      const { about, by, link, count, files } = fact;
      // Without a proven email address, several visitors may have acted.
      if (by === undefined && count > 1) return words[`${about}Often`](files, link);
      return words[about](by, files, link);
    }
  }
}

function quoted(fact: Fact): Fact {
  if (!("link" in fact)) return { ...fact, name: fact.name && quotable(fact.name) };
  const { label, note } = fact.link;
  return { ...fact, link: { label: label && quotable(label), note: note && quotable(note) } };
}

function withoutForeignWords(fact: Fact): Fact {
  if (!("link" in fact)) return { ...fact, name: undefined };
  const { label } = fact.link;
  return { ...fact, link: { label: label && plainSubject(quotable(label)) } };
}
