import { Square, SquareCheck } from "lucide-react";
import type { ComponentProps } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkBreaks from "remark-breaks";
import remarkGfm from "remark-gfm";
import { texts } from "../../texts/index.ts";

/** Someone else's page knows neither where one came from nor the page one came from; a footnote stays on this one. */
function Anchor({ href = "", children }: { href?: string | undefined; children?: React.ReactNode }) {
  if (href === "") return <span>{children}</span>;
  const elsewhere = href.startsWith("#") ? {} : { target: "_blank", rel: "noopener noreferrer" };
  return (
    <a href={href} {...elsewhere}>
      {children}
    </a>
  );
}

const components: Components = {
  a: ({ href, children }) => <Anchor href={href}>{children}</Anchor>,
  // No note makes its reader's browser ask another origin: a picture is a link to it.
  img: ({ src, alt }) => (
    <Anchor href={typeof src === "string" ? src : ""}>{alt === undefined || alt === "" ? src : alt}</Anchor>
  ),
  input: ({ checked }) =>
    checked ? (
      <SquareCheck role="img" aria-label={texts.notes.taskDone} size={16} className="task text-accent" />
    ) : (
      <Square role="img" aria-label={texts.notes.taskOpen} size={16} className="task text-muted" />
    ),
  // The title of the note is the one heading of the first level.
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <div className="overflow-x-auto" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

const plugins: ComponentProps<typeof Markdown>["remarkPlugins"] = [remarkGfm, remarkBreaks];

/** Markdown as GitHub knows it; HTML in it is text. */
export function MarkdownView({ source }: { source: string }) {
  return (
    <div className="markdown">
      <Markdown remarkPlugins={plugins} components={components}>
        {source}
      </Markdown>
    </div>
  );
}
