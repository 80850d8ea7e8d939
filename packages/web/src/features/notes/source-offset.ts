/** Where in the source the text is that was clicked in the rendered view; undefined: not to be told. */
export function sourceOffset(source: string, { x, y }: { x: number; y: number }): number | undefined {
  const position = document.caretPositionFromPoint?.(x, y);
  const text = position?.offsetNode;
  if (position == null || !(text instanceof Text)) return undefined;
  const at = source.indexOf(text.data.trim());
  return at === -1 ? undefined : at + position.offset;
}
