import { splitName } from "./split-name.ts";

/** A filename on one line, shortened in the middle where needed, so that the extension stays visible. */
export function FileName({ filename }: { filename: string }) {
  const { head, tail } = splitName(filename);
  return (
    <span className="flex min-w-0" title={filename}>
      <span className="sr-only">{filename}</span>
      <span aria-hidden="true" className="truncate whitespace-pre">
        {head}
      </span>
      <span aria-hidden="true" className="shrink-0 whitespace-pre">
        {tail}
      </span>
    </span>
  );
}
