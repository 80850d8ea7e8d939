import { Square, SquareCheck } from "lucide-react";
import type { MarkedToken, Token, Tokens } from "marked";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { texts } from "../../texts/index.ts";
import { lex, tasksOf } from "./tasks.ts";

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

/** Maps each task box to its label and its toggle function. With an empty map, all task boxes are read-only. */
const Toggles = createContext<ReadonlyMap<Token, { label: string; toggle: () => void }>>(new Map());

/** `onToggle` receives the position of a task box, counted from the top. If `onToggle` is undefined, the task boxes are read-only. */
type MarkdownViewProps = { source: string; onToggle?: ((position: number) => void) | undefined };

/** Renders GitHub Flavored Markdown as React elements. HTML in the source appears as text. */
export function MarkdownView({ source, onToggle }: MarkdownViewProps) {
  const tokens = useMemo(() => lex(source), [source]);
  const tasks = onToggle === undefined ? [] : tasksOf(tokens);
  const toggles = new Map(tasks.map(({ token, label }, nth) => [token, { label, toggle: () => onToggle?.(nth) }]));
  return (
    <Toggles value={toggles}>
      <div className="markdown">{blocks(tokens)}</div>
    </Toggles>
  );
}

// A token has no id, so its position is the key.
const keyed = <Item,>(items: readonly Item[]) => items.map((item, index) => ({ key: index, item }));

function blocks(tokens: readonly Token[]): ReactNode {
  return keyed(tokens as readonly MarkedToken[]).map(({ key, item }) => <Block key={key} token={item} />);
}

function inlines(tokens: readonly Token[]): ReactNode {
  return keyed(tokens as readonly MarkedToken[]).map(({ key, item }) => <Inline key={key} token={item} />);
}

function Block({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case "heading": {
      // The title of the note is the heading of level 1.
      const Level = `h${Math.min(6, token.depth + 1)}` as "h2" | "h3" | "h4" | "h5" | "h6";
      return <Level>{inlines(token.tokens)}</Level>;
    }
    case "paragraph":
      return <p>{inlines(token.tokens)}</p>;
    // In a list without blank lines, the items contain text instead of paragraphs.
    case "text":
    case "checkbox":
      return <Inline token={token} />;
    case "list":
      return <List token={token} />;
    case "blockquote":
      return <blockquote>{blocks(token.tokens)}</blockquote>;
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

function List({ token }: { token: Tokens.List }) {
  const items = keyed(token.items).map(({ key, item }) => <li key={key}>{blocks(item.tokens)}</li>);
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
                {inlines(item.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(token.rows).map(({ key: row, item: cells }) => (
            <tr key={row}>
              {keyed(cells).map(({ key, item }) => (
                <td key={key} style={{ textAlign: token.align[key] ?? "left" }}>
                  {inlines(item.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inline({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case "text":
      return token.tokens === undefined ? token.text : inlines(token.tokens);
    case "strong":
      return <strong>{inlines(token.tokens)}</strong>;
    case "em":
      return <em>{inlines(token.tokens)}</em>;
    case "del":
      return <del>{inlines(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "escape":
      return token.text;
    case "checkbox":
      return <Task token={token} isDone={token.checked} />;
    case "link":
      return <Anchor href={token.href}>{inlines(token.tokens)}</Anchor>;
    // An image becomes a link, so that a note never requests anything from another origin.
    case "image":
      return <Anchor href={token.href}>{token.text === "" ? token.href : token.text}</Anchor>;
    default:
      return token.raw;
  }
}

/**
 * A link that sends no referrer, and that gives the opened page no access to this page (`opener`). If the scheme of the URL is unsafe, the
 * link becomes plain text.
 */
function Anchor({ href, children }: { href: string; children: ReactNode }) {
  const url = URL.parse(href, location.origin);
  if (url === null || !SCHEMES.has(url.protocol)) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function Task({ token, isDone }: { token: Token; isDone: boolean }) {
  const task = useContext(Toggles).get(token);
  const Icon = isDone ? SquareCheck : Square;
  const label = isDone ? texts.notes.taskDone : texts.notes.taskOpen;
  if (task !== undefined) {
    return (
      <input
        type="checkbox"
        checked={isDone}
        aria-label={task.label === "" ? label : task.label}
        onChange={task.toggle}
        className="task size-4 cursor-pointer accent-accent pointer-coarse:size-5"
      />
    );
  }
  return <Icon role="img" aria-label={label} size={16} className={isDone ? "task text-accent" : "task text-muted"} />;
}
