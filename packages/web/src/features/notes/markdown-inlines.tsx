import { Square, SquareCheck } from "lucide-react";
import type { MarkedToken, Token } from "marked";
import type { ReactNode } from "react";
import { texts } from "../../texts/index.ts";

/** Where a link of a note may lead. */
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

/** Words, and what stands between them. */
export function Inlines({ tokens }: { tokens: readonly Token[] }) {
  // What stands where in a text has no other name than its place.
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
    // No note makes its reader's browser ask another origin: a picture is a link to it.
    case "image":
      return <Anchor href={token.href}>{token.text === "" ? token.href : token.text}</Anchor>;
    default:
      return token.raw;
  }
}

/** Someone else's page knows neither where one came from nor the page one came from. What leads nowhere safe is only its words. */
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
