import type { Note } from "@valetkey/client";
import { texts } from "../../texts/index.ts";

/** Who can see the note, and the way to change that. */
export function AccessLine({ note }: { note: Note }) {
  return <p className="text-muted text-small">{texts.sharing.roles[note.role]}</p>;
}
