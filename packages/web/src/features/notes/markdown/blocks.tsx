import type { MarkedToken, Token, Tokens } from "marked";
import { Inlines } from "./inlines.tsx";

// The position is the only identity of a token.
const keyed = <Item,>(items: readonly Item[]) => items.map((item, index) => ({ key: index, item }));

/** Block tokens: paragraphs, lists, tables and so on. */
export function Blocks({ tokens }: { tokens: readonly Token[] }) {
  return keyed(tokens as readonly MarkedToken[]).map(({ key, item }) => <Block key={key} token={item} />);
}

function Block({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case "heading":
      return <Heading token={token} />;
    case "paragraph":
      return (
        <p>
          <Inlines tokens={token.tokens} />
        </p>
      );
    // Items of a list without blank lines hold text instead of paragraphs.
    case "text":
    case "checkbox":
      return <Inlines tokens={[token]} />;
    case "list":
      return <List token={token} />;
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={token.tokens} />
        </blockquote>
      );
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach a scrollable element
        <pre tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case "table":
      return <Table token={token} />;
    case "hr":
      return <hr />;
    case "html":
      return <p>{token.text.trim()}</p>;
    case "space":
    case "def":
      return null;
    default:
      return <p>{token.raw}</p>;
  }
}

/** Headings begin at level 2, because the title of the note is the only heading of level 1. */
function Heading({ token }: { token: Tokens.Heading }) {
  const Level = `h${Math.min(6, token.depth + 1)}` as "h2" | "h3" | "h4" | "h5" | "h6";
  return (
    <Level>
      <Inlines tokens={token.tokens} />
    </Level>
  );
}

function List({ token }: { token: Tokens.List }) {
  const items = keyed(token.items).map(({ key, item }) => (
    <li key={key}>
      <Blocks tokens={item.tokens} />
    </li>
  ));
  if (token.ordered) return <ol start={token.start === "" ? 1 : token.start}>{items}</ol>;
  return <ul className={token.items.some(({ task }) => task) ? "contains-task-list" : undefined}>{items}</ul>;
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach a scrollable element
    <div className="overflow-x-auto" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {keyed(token.header).map(({ key, item }) => (
              <th key={key} scope="col">
                <Inlines tokens={item.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(token.rows).map(({ key: row, item: cells }) => (
            <tr key={row}>
              {keyed(cells).map(({ key, item }) => (
                <td key={key} style={{ textAlign: token.align[key] ?? "left" }}>
                  <Inlines tokens={item.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
