import type { ValetKey } from "@valetkey/server";
import { cookies } from "next/headers";

export type User = { id: string };

declare global {
  var files: ValetKey<User>;
  var data: { sessions: Map<string, User>; readers: Map<string, Set<string>> } | undefined;
}

// The application's own data: its sessions, and the readers of each album. Yours is in a database.
// Next.js loads this module several times, and all of them need the same data.
globalThis.data ??= { sessions: new Map(), readers: new Map() };
export const { sessions, readers } = globalThis.data;

export async function currentUser(): Promise<User | null> {
  const session = (await cookies()).get("session")?.value ?? "";
  return sessions.get(session) ?? null;
}

/** The application's own rule: an album belongs to the person of its name. Valet Key calls it for every URL. */
export function mayUseAlbum(user: User, action: "read" | "add" | "remove", owner: string): boolean {
  return user.id === owner || (action === "read" && readers.get(owner)?.has(user.id) === true);
}
