import { parseAst } from "vitest/node";

const KINDS = ["condition", "logical", "comparison", "await", "return", "number", "text", "item"] as const;
export type Kind = (typeof KINDS)[number];

/** One change to a source file, which replaces the text from `start` to `end` by `text`. */
export type Mutation = {
  kind: Kind;
  file: string;
  line: number;
  start: number;
  end: number;
  before: string;
  text: string;
};

type Node = { type: string; start: number; end: number; [member: string]: unknown };

const SWAPPED: Record<string, string> = {
  "&&": "||",
  "||": "&&",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
};

// Nodes without code that runs, or with constants that only name a module.
const SKIPPED = /^(?:TS(?!AsExpression|SatisfiesExpression|NonNullExpression)|ImportDeclaration|ExportAllDeclaration)/;

/** Finds each place of a source file that a mutation can change. */
export function candidatesIn(file: string, source: string): Mutation[] {
  const found: Mutation[] = [];
  function add(kind: Kind, { start, end }: { start: number; end: number }, text: string): void {
    const line = source.slice(0, start).split("\n").length;
    found.push({ kind, file, line, start, end, before: source.slice(start, end), text });
  }
  function visit(node: Node, parent: Node | undefined): void {
    if (SKIPPED.test(node.type)) return;
    for (const [kind, part, text] of changesOf(node, { parent, source })) add(kind, part, text);
    for (const child of childrenOf(node)) visit(child, node);
  }
  visit(parseAst(source, { lang: "ts" }) as unknown as Node, undefined);
  return found;
}

type Change = [Kind, { start: number; end: number }, string];

function changesOf(node: Node, { parent, source }: { parent: Node | undefined; source: string }): Change[] {
  const textOf = ({ start, end }: Node) => source.slice(start, end);
  switch (node.type) {
    case "IfStatement":
    case "ConditionalExpression": {
      const test = node.test as Node;
      return [["condition", test, `!(${textOf(test)})`]];
    }
    case "LogicalExpression":
    case "BinaryExpression": {
      const swapped = SWAPPED[node.operator as string];
      if (swapped === undefined) return [];
      // The brackets keep the order of the operations.
      const text = `((${textOf(node.left as Node)}) ${swapped} (${textOf(node.right as Node)}))`;
      return [[node.type === "LogicalExpression" ? "logical" : "comparison", node, text]];
    }
    case "ExpressionStatement":
      return (node.expression as Node).type === "AwaitExpression" ? [["await", node, ";"]] : [];
    case "ReturnStatement":
      return node.argument ? [["return", node, "return undefined as never;"]] : [];
    case "ArrayExpression":
      return itemsOf(node).map((item, index, items) => [
        "item",
        { start: item.start, end: items[index + 1]?.start ?? item.end },
        "",
      ]);
    case "Literal": {
      const isName = parent?.type === "Property" && parent.key === node && parent.value !== node;
      if (isName || parent?.type.startsWith("Export")) return [];
      if (typeof node.value === "number") return [["number", node, String(node.value + 1)]];
      return typeof node.value === "string" ? [["text", node, JSON.stringify(`${node.value}x`)]] : [];
    }
    default:
      return [];
  }
}

const itemsOf = (node: Node) => (node.elements as (Node | null)[]).filter((item) => item !== null);

function childrenOf(node: Node): Node[] {
  const values = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return values.filter((value): value is Node => typeof (value as Node | null)?.type === "string");
}

/** Yields mutations in a random order, which is the same for the same seed. All kinds of mutations are equally probable. */
export function* drawn(candidates: readonly Mutation[], seed: number): Generator<Mutation> {
  const random = randomOf(seed);
  const left = new Map(KINDS.map((kind) => [kind, candidates.filter((candidate) => candidate.kind === kind)]));
  for (;;) {
    const open = [...left.values()].filter(({ length }) => length > 0);
    const group = open[Math.floor(random() * open.length)];
    if (group === undefined) return;
    yield* group.splice(Math.floor(random() * group.length), 1);
  }
}

/** Returns a generator of random numbers from 0 to 1 (mulberry32), because Math.random accepts no seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
