/** Finds the offset in the Markdown source of a click on the rendered text. Undefined: not found. */
export function sourceOffset(source: string, { x, y }: { x: number; y: number }): number | undefined {
  const position = document.caretPositionFromPoint?.(x, y);
  const text = position?.offsetNode;
  if (position == null || !(text instanceof Text)) return undefined;
  const at = source.indexOf(text.data.trim());
  return at === -1 ? undefined : at + position.offset;
}
