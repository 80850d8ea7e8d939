import type { ValetKey } from "@valetkey/server";
import { cookies } from "next/headers";

export type User = { id: string };

declare global {
  var files: ValetKey<User>;
  var data: { sessions: Map<string, User>; readers: Map<string, Set<string>> } | undefined;
}

// The data of the application: its sessions, and the readers of each album. Your application stores such data in a database. Next.js loads
// this module several times, so the data is global for all copies of the module.
globalThis.data ??= { sessions: new Map(), readers: new Map() };
export const { sessions, readers } = globalThis.data;

export async function currentUser(): Promise<User | null> {
  const session = (await cookies()).get("session")?.value ?? "";
  return sessions.get(session) ?? null;
}

/**
 * The access rule of the application: an album belongs to the person with the same name. Valet Key calls this function before each action
 * on a file.
 */
export function mayUseAlbum(user: User, action: "read" | "add" | "remove", owner: string): boolean {
  return user.id === owner || (action === "read" && readers.get(owner)?.has(user.id) === true);
}
