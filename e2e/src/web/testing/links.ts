import type { Person } from "./person.ts";

/** A link, as the service returns it to the owner of the link. */
export type OwnLink = { id: string; url: string; claims: number; opened: number; urlsIssued: number; state: string };

/** Makes a link to a note. `body` is the body of `POST /notes/:noteId/links`. */
export function makeLink(owner: Person, noteId: string, body: object = {}): Promise<OwnLink> {
  return send(owner, `POST /notes/${noteId}/links`, body);
}

export function readLink(owner: Person, { id }: OwnLink): Promise<OwnLink> {
  return send(owner, `GET /links/${id}`);
}

export function revokeLink(owner: Person, { id }: OwnLink): Promise<unknown> {
  return send(owner, `DELETE /links/${id}`);
}

async function send<Body>({ context }: Person, call: string, data?: object): Promise<Body> {
  const [method = "", path = ""] = call.split(" ");
  const { request } = context;
  const headers = { origin: new URL((await request.get("/instance")).url()).origin };
  const answer = await request.fetch(path, { method, headers, ...(data && { data }) });
  if (!answer.ok()) throw new Error(`${call} was answered ${answer.status()}: ${await answer.text()}`);
  return answer.json();
}
