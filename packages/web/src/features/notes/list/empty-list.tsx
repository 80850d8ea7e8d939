import { FileSearch, FileText, Plus, Users } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../../components/button.tsx";
import { Empty } from "../../../components/states.tsx";
import { texts } from "../../../texts/index.ts";
import type { Scope } from "./use-note-list.ts";

const words = texts.notes;

type EmptyListProps = {
  scope: Scope;
  q: string;
  /** Whether a note is open beside the list. */
  isBesideNote: boolean;
  onSearch: (q: string) => void;
  onNewNote: () => void;
};

export function EmptyList({ scope, q, isBesideNote, onSearch, onNewNote }: EmptyListProps): ReactNode {
  if (q !== "") {
    return (
      <Empty
        icon={<FileSearch size={28} strokeWidth={1.5} />}
        title={words.search.none(q)}
        hint={words.search.hint}
        action={<Button onClick={() => onSearch("")}>{words.search.clear}</Button>}
      />
    );
  }
  if (scope === "shared") return <Empty icon={<Users size={28} strokeWidth={1.5} />} {...words.empty.shared} />;
  if (isBesideNote) return <p className="px-2 text-muted text-small">{words.empty.none}</p>;
  const { title, hint, action } = words.empty.owned;
  return (
    <Empty
      // On larger screens, the page beside the list already explains how to start.
      className="md:hidden"
      icon={<FileText size={28} strokeWidth={1.5} />}
      title={title}
      hint={hint}
      action={
        <Button kind="primary" onClick={onNewNote}>
          <Plus size={16} />
          {action}
        </Button>
      }
    />
  );
}
