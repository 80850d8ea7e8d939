import { Folder } from "lucide-react";
import { splitPath } from "../../files/folders.ts";
import { texts } from "../../texts/index.ts";

/** The heading of the files in one folder. */
export function FolderHeading({ path, count }: { path: string; count: number }) {
  const { around, last } = splitPath(path);
  return (
    <div className="flex items-baseline gap-3 pt-4 pb-1">
      <Folder size={16} className="shrink-0 self-center text-muted" />
      <h3 dir="auto" className="wrap-anywhere min-w-0 font-medium">
        <span className="font-normal text-muted">{around}</span>
        {last}
      </h3>
      <span className="ml-auto shrink-0 text-muted text-small tabular-nums">{texts.attachments.count(count)}</span>
    </div>
  );
}
