/** Returns the contents of all elements with a name, in the order of the document. Each content is still XML. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, "g"))].map(([, inner = ""]) => inner);
}

/** Returns the text of the first element with a name, or undefined without such an element. */
export function textOf(xml: string, name: string): string | undefined {
  const inner = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return inner?.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_whole, hex, decimal, named) =>
    named === undefined ? String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)) : (NAMED[named] ?? ""),
  );
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Returns an XML element with a text. Encodes each character that XML does not permit, or that an XML parser would change. */
export function element(name: string, text: string | number): string {
  return `<${name}>${String(text).replace(/[&<>\p{Cc}]/gu, (character) => `&#${character.codePointAt(0)};`)}</${name}>`;
}

export function documentOf(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`;
}
