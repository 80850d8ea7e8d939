import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";

/** An option or a call of a published type, with the parts of its doc comment. */
export type Member = {
  name: string;
  type: string;
  isMethod: boolean;
  isOptional: boolean;
  /** The doc comment without the example. */
  whole: string;
  /** The doc comment without the default, the range and the example. */
  text: string;
  /** The value in a sentence such as "Default: 60.". */
  default: string | undefined;
  /** The value in a sentence such as "Range: 1 to 604,800.". */
  range: string | undefined;
  example: string | undefined;
};

// biome-ignore lint/suspicious/noExplicitAny: the nodes of the parser have no common type for their members
type Node = any;

type Source = { file: string; type: string };

/** Reads the doc comment and the definition of a type from its source file. */
export function definitionOf(root: string, from: Source): { text: string; definition: string } {
  const { source, docBefore, statement, found } = read(root, from);
  return { text: partsOf(docBefore(statement)).text, definition: source.slice(found.start, found.end) };
}

function read(root: string, { file, type }: Source) {
  const source = readFileSync(join(root, file), "utf8");
  const { program, comments } = parseSync(file, source);
  const docs = comments.filter(({ value }) => value.startsWith("*"));
  const docBefore = (node: Node) =>
    docs.findLast(({ end }) => end <= node.start && source.slice(end, node.start).trim() === "")?.value ?? "";
  const declarationOf = (node: Node) => node.declaration ?? node;
  const isType = ({ type: kind, id }: Node) => kind === "TSTypeAliasDeclaration" && id.name === type;
  const statement: Node = program.body.find((node: Node) => isType(declarationOf(node)));
  if (statement === undefined) throw new Error(`${file} has no type ${type}`);
  return { source, docBefore, statement, program, found: declarationOf(statement) };
}

/** Reads the members of an exported object type from its source file. A member of a nested object has a name such as `scanner.host`. */
export function membersOf(root: string, from: Source): Member[] {
  const { source, docBefore, program, found } = read(root, from);

  function readMembers(literals: Node[], prefix: string): Member[] {
    return literals
      .flatMap((literal) => literal.members)
      .flatMap((node: Node): Member[] => {
        const name = `${prefix}${node.key.name}`;
        const isMethod = node.type === "TSMethodSignature";
        const type = oneLine(
          isMethod ? source.slice(node.key.end, node.end) : textOf(node.typeAnnotation.typeAnnotation),
        );
        const member = { name, type, isMethod, isOptional: node.optional, ...partsOf(docBefore(node)) };
        const nested = node.type === "TSPropertySignature" ? literalsOf(node.typeAnnotation.typeAnnotation) : [];
        return nested.length === 0 ? [member] : [{ ...member, type: "object" }, ...readMembers(nested, `${name}.`)];
      });
  }
  const textOf = ({ start, end }: Node) => source.slice(start, end);
  /** Reads the members of `Pick<Other, "a" | "b">`, where the type `Other` is from another file. */
  const readPicked = ([of, names]: Node[]): Member[] => {
    const type = of.typeName.name;
    const isImport = ({ specifiers = [] }: Node) => specifiers.some(({ local }: Node) => local?.name === type);
    const imported: Node = program.body.find(isImport);
    const file = join(dirname(from.file), imported.source.value);
    return membersOf(root, { file, type }).filter(({ name }) => textOf(names).includes(`"${name}"`));
  };
  const picked = partsOfType(found.typeAnnotation).filter(({ typeName }) => typeName?.name === "Pick");
  return [
    ...readMembers(literalsOf(found.typeAnnotation), ""),
    ...picked.flatMap(({ typeArguments }) => readPicked(typeArguments.params)),
  ];
}

/** Returns the types that a union or an intersection joins. */
function partsOfType(node: Node): Node[] {
  return ["TSUnionType", "TSIntersectionType"].includes(node.type) ? node.types.flatMap(partsOfType) : [node];
}

/** Returns the object types in a type such as `Other & { a: string }` or `{ a: string } | undefined`. Does not return records. */
function literalsOf(node: Node): Node[] {
  return partsOfType(node).filter(
    ({ type, members }) => type === "TSTypeLiteral" && members.every((member: Node) => "key" in member),
  );
}

function oneLine(type: string): string {
  return type
    .replace(/^\?/, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(/,? \)/g, ")")
    .replace(/^\| /, "")
    .replace(/ \| undefined$/, "")
    .replace(/;$/, "");
}

function partsOf(doc: string): Pick<Member, "whole" | "text" | "default" | "range" | "example"> {
  const [described = "", example] = doc.replaceAll(/^[ \t]*\*+ ?/gm, "").split("@example");
  const whole = described.replaceAll(/\s+/g, " ").trim();
  let text = whole;
  const take = (label: string) => {
    const pattern = new RegExp(`(?:^| )${label}: (.+?)\\.(?= [A-Z]|$)`);
    const found = pattern.exec(text)?.[1];
    text = text.replace(pattern, "").trim();
    return found;
  };
  return { default: take("Default"), range: take("Range"), whole, text, example: example?.trim() };
}
