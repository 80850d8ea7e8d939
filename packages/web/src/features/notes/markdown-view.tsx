import { Lexer } from "marked";
import { useMemo } from "react";
import { Blocks } from "./markdown-blocks.tsx";

/** Markdown as GitHub knows it. It becomes elements of ours and never HTML: HTML in it is text. */
export function MarkdownView({ source }: { source: string }) {
  const tokens = useMemo(() => Lexer.lex(source, { gfm: true, breaks: true }), [source]);
  return (
    <div className="markdown">
      <Blocks tokens={tokens} />
    </div>
  );
}
