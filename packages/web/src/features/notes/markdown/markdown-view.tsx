import { Lexer } from "marked";
import { useMemo } from "react";
import { Blocks } from "./blocks.tsx";

/** Renders GitHub Flavored Markdown as React elements. HTML in the source stays text. */
export function MarkdownView({ source }: { source: string }) {
  const tokens = useMemo(() => Lexer.lex(source, { gfm: true, breaks: true }), [source]);
  return (
    <div className="markdown">
      <Blocks tokens={tokens} />
    </div>
  );
}
