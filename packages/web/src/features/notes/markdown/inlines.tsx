import { Square, SquareCheck } from "lucide-react";
import type { MarkedToken, Token } from "marked";
import type { ReactNode } from "react";
import { texts } from "../../../texts/index.ts";

/** The schemes of links that a note may contain. */
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

/** Inline tokens: text, links, emphasis and so on. */
export function Inlines({ tokens }: { tokens: readonly Token[] }) {
  // The position is the only identity of a token.
  return (tokens as readonly MarkedToken[])
    .map((token, index) => ({ key: index, token }))
    .map(({ key, token }) => <Inline key={key} token={token} />);
}

function Inline({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case "text":
      return token.tokens === undefined ? token.text : <Inlines tokens={token.tokens} />;
    case "strong":
      return (
        <strong>
          <Inlines tokens={token.tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inlines tokens={token.tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inlines tokens={token.tokens} />
        </del>
      );
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "escape":
      return token.text;
    case "checkbox":
      return <Task isDone={token.checked} />;
    case "link":
      return (
        <Anchor href={token.href}>
          <Inlines tokens={token.tokens} />
        </Anchor>
      );
    // An image becomes a link, so that reading a note requests nothing from another origin.
    case "image":
      return <Anchor href={token.href}>{token.text === "" ? token.href : token.text}</Anchor>;
    default:
      return token.raw;
  }
}

/** A link that reveals no referrer and no opener. A link with an unsafe scheme becomes plain text. */
function Anchor({ href, children }: { href: string; children: ReactNode }) {
  const url = URL.parse(href, location.origin);
  if (url === null || !SCHEMES.has(url.protocol)) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function Task({ isDone }: { isDone: boolean }) {
  if (isDone) {
    return <SquareCheck role="img" aria-label={texts.notes.taskDone} size={16} className="task text-accent" />;
  }
  return <Square role="img" aria-label={texts.notes.taskOpen} size={16} className="task text-muted" />;
}
