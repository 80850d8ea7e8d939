import { DatabaseSync } from "node:sqlite";
import { SignJWT } from "jose";
import { below } from "../rig/dataset.ts";
import { deriveLinkKeys, makeToken } from "../rig/service.ts";
import { settings } from "../rig/settings.ts";
import { expressions, type Shape, sqliteWords } from "./data.ts";

export type Request = {
  method: string;
  path: string;
  token?: string | undefined;
  clientIp?: string | undefined;
  body?: object | undefined;
};
export type Response = { status: number; json: unknown; milliseconds: number };
/** A service with its data. `send`: sends a request, and measures its time. */
export type Subject = { send(request: Request): Promise<Response>; data: Data };
/** Prepares data outside of the measurement, and returns the request to measure. */
export type Verb = (subject: Subject) => Promise<Request> | Request;

/** Functions that choose rows of the data. A usual note does not belong to one of the two largest people. */
export type Data = ReturnType<typeof openData>;

/** The number of people who send requests. */
const USERS = 60;
/** The number of notes of each person, except the two largest people. */
const NOTES_EACH = 6;

export function openData(shape: Shape, random: () => number) {
  const sql = expressions(shape, sqliteWords);
  const memory = new DatabaseSync(":memory:");
  const evaluate = (expression: string) => Object.values(memory.prepare(`select ${expression}`).get() ?? {})[0];
  const numberOf = (expression: string) => Number(evaluate(expression));
  const tokens = new Map<number, Promise<string>>();
  const [linkKey = new Uint8Array()] = deriveLinkKeys([settings.authSecret]).tokens;
  // The service remembers the tokens of people, so on both sides the same number of people send requests.
  const users = Array.from({ length: USERS }, () => 4 + below(random, shape.people - 4));
  const data = {
    shape,
    random,
    users,
    idOf: (kind: Parameters<typeof sql.id>[0], nth: number) => String(evaluate(sql.id(kind, String(nth)))),
    tokenOf(person: number): Promise<string> {
      const token = tokens.get(person) ?? signToken(data.idOf("person", person));
      tokens.set(person, token);
      return token;
    },
    ownerOf: (note: number) => numberOf(sql.ownerOfNote(String(note))),
    linkToken: (link: number) => makeToken(linkKey, { linkId: data.idOf("link", link), generation: 0 }),
    noteOfLink: (link: number) => numberOf(sql.noteOfLink(String(link))),
    /** A person with a usual number of notes. */
    person: () => users[below(random, users.length)] as number,
    otherThan: (person: number) => (person === 4 ? 5 : 4),
    /** A usual note with ten files, outside of the trash. */
    note(): number {
      for (;;) {
        const note = 2 * shape.large + data.person() - 2 + below(random, NOTES_EACH) * (shape.people - 2);
        if (note % 100 !== 99 && note < (shape.files - shape.large) / 10 - 1) return note;
      }
    },
    /** The files of a usual note that are ready and outside of the trash. */
    filesOf: (note: number): number[] =>
      Array.from({ length: 10 }, (_, nth) => shape.large + 10 * note + nth).filter((file) => file % 100 < 97),
    /** A download link for all files of a usual note. */
    link(): number {
      for (;;) {
        const link = 2 + below(random, shape.links - 2);
        const isDownload = link % 10 !== 9 && link % 20 !== 8 && link % 4 !== 3;
        const note = data.noteOfLink(link);
        if (isDownload && note > 2 * shape.large && shape.large + 10 * note + 10 < shape.files) return link;
      }
    },
    ip: () => [10, 0, 0, 0].map((first) => first || 1 + below(random, 250)).join("."),
  };
  return data;
}

function signToken(userId: string): Promise<string> {
  const claims = new SignJWT().setProtectedHeader({ alg: "HS256", typ: "JWT" }).setSubject(userId);
  return claims.setIssuedAt().setExpirationTime("6h").sign(new TextEncoder().encode(settings.jwtSecret));
}

const ADMINISTRATOR = 3;
const CONTENT = "%PDF-1.7\n%%EOF";
const FILE = { filename: "Scan 12.pdf", sizeBytes: CONTENT.length, contentType: "application/pdf" };

const get =
  (path: string, who = (data: Data) => data.person()): Verb =>
  async ({ data }) => ({ method: "GET", path, token: await data.tokenOf(who(data)) });

/** A request of the owner of a usual note. */
const ofNote =
  (method: string, pathOf: (id: string) => string, bodyOf?: (data: Data) => object): Verb =>
  async ({ data }) =>
    requestOfNote(data, { note: data.note(), method, pathOf, body: bodyOf?.(data) });

type OfNote = { note: number; method: string; pathOf: (id: string) => string; body?: object | undefined };

async function requestOfNote(data: Data, { note, method, pathOf, body }: OfNote): Promise<Request> {
  return { method, path: pathOf(data.idOf("note", note)), token: await data.tokenOf(data.ownerOf(note)), body };
}

const admin = (path: string) => get(path, () => ADMINISTRATOR);

export const fileUrl = async ({ data }: Subject): Promise<Request> => {
  const note = data.note();
  const [file = 0] = data.filesOf(note);
  return {
    method: "GET",
    path: `/attachments/${data.idOf("file", file)}/url`,
    token: await data.tokenOf(data.ownerOf(note)),
  };
};

const fileUrls: Verb = async ({ data }) => {
  const note = data.note();
  const attachmentIds = data.filesOf(note).map((file) => data.idOf("file", file));
  return {
    method: "POST",
    path: "/attachments/urls",
    token: await data.tokenOf(data.ownerOf(note)),
    body: { attachmentIds },
  };
};

const completeUpload: Verb = async (subject) => {
  const start = await startUpload(subject);
  const { json, status } = await subject.send(start);
  const { upload } = json as { upload: { id: string; method: string; url: string; headers: Record<string, string> } };
  if (status !== 201) throw new Error(`The start of an upload returned ${status}: ${JSON.stringify(json)}`);
  const { "content-length": _signed, ...headers } = upload.headers;
  const sent = await fetch(upload.url, { method: upload.method, headers, body: CONTENT });
  if (!sent.ok) throw new Error(`The bucket returned ${sent.status}: ${await sent.text()}`);
  return { method: "POST", path: `/uploads/${upload.id}/complete`, token: start.token, body: {} };
};
const startUpload: Verb = ofNote(
  "POST",
  (id) => `/notes/${id}/uploads`,
  () => FILE,
);

/** Creates a note with ten files and a share, so that the verb does not depend on earlier runs. */
async function newNote({ send, data }: Subject, { files = 10 } = {}): Promise<{ id: string; token: string }> {
  const token = await data.tokenOf(data.person());
  const { json } = await send({
    method: "POST",
    path: "/notes",
    token,
    body: { title: "Budget of the bench", body: "x" },
  });
  const { id } = json as { id: string };
  for (let nth = 0; nth < files; nth++) await send({ method: "POST", path: `/notes/${id}/uploads`, token, body: FILE });
  return { id, token };
}

const deleteNote: Verb = async (subject) => {
  const { id, token } = await newNote(subject);
  return { method: "DELETE", path: `/notes/${id}`, token };
};
const restoreNote: Verb = async (subject) => {
  const { id, token } = await newNote(subject);
  await subject.send({ method: "DELETE", path: `/notes/${id}`, token });
  return { method: "POST", path: `/trash/notes/${id}/restore`, token };
};
const purgeNote: Verb = async (subject) => {
  const { id, token } = await newNote(subject);
  return { method: "DELETE", path: `/notes/${id}?permanent=true`, token };
};
const deleteFile: Verb = async (subject) => {
  const complete = await completeUpload(subject);
  const { json } = await subject.send(complete);
  return { method: "DELETE", path: `/attachments/${(json as { id: string }).id}`, token: complete.token };
};

const ofLink =
  (method: string, pathOf: (token: string) => string, linkOf = (data: Data) => data.link()): Verb =>
  ({ data }) => ({ method, path: pathOf(`/public/links/${data.linkToken(linkOf(data))}`), clientIp: data.ip() });

/** Every verb that people use, with a request of usual size, which does not depend on the size of the data. */
export const verbs: Record<string, Verb> = {
  "notes: list": get("/notes"),
  "notes: list by change": get("/notes?sort=changed"),
  "notes: list shared": get("/notes?scope=shared"),
  "notes: search, one result": async ({ data }) => {
    const note = data.note();
    return { method: "GET", path: `/notes?q=${note}`, token: await data.tokenOf(data.ownerOf(note)) };
  },
  "notes: search, a usual word": get("/notes?q=warehouse"),
  "notes: search, no result": get("/notes?q=rhinoceros"),
  "notes: search shared": get("/notes?scope=shared&q=invoice"),
  "note: open": ofNote("GET", (id) => `/notes/${id}`),
  "note: files": ofNote("GET", (id) => `/notes/${id}/attachments`),
  "note: create": async ({ data }) => {
    return {
      method: "POST",
      path: "/notes",
      token: await data.tokenOf(data.person()),
      body: { title: "New", body: "Text" },
    };
  },
  "note: change": ofNote(
    "PATCH",
    (id) => `/notes/${id}`,
    ({ random }) => ({ title: `Title ${random()}` }),
  ),
  "note: changes": ofNote("GET", (id) => `/changes?noteId=${id}`),
  "note: activity": ofNote("GET", (id) => `/notes/${id}/activity`),
  "note: downloads": ofNote("GET", (id) => `/notes/${id}/activity/downloads`),
  "note: delete": deleteNote,
  "note: restore": restoreNote,
  "note: purge": purgeNote,
  trash: get("/trash"),
  "file: URL": fileUrl,
  "file: URLs": fileUrls,
  "file: delete": deleteFile,
  "files shared with me": get("/attachments?scope=shared"),
  "upload: start": startUpload,
  "upload: complete": completeUpload,
  "share: add": async ({ data }) => {
    const note = data.note();
    const userIds = [data.idOf("person", data.otherThan(data.ownerOf(note)))];
    const body = { userIds, role: "viewer" };
    return requestOfNote(data, { note, method: "PUT", pathOf: (id) => `/notes/${id}/shares`, body });
  },
  "share: page": ofNote("GET", (id) => `/notes/${id}/shares`),
  "links: page": get("/links"),
  "links: of a note": ofNote("GET", (id) => `/notes/${id}/links`),
  "link: create": ofNote(
    "POST",
    (id) => `/notes/${id}/links`,
    () => ({ notify: "never" }),
  ),
  "link: page": ofLink("GET", (path) => path),
  "link: claim": ofLink("POST", (path) => `${path}/claims`),
  "link: events": async ({ data }) => {
    const link = data.link();
    const token = await data.tokenOf(data.ownerOf(data.noteOfLink(link)));
    return { method: "GET", path: `/links/${data.idOf("link", link)}/events`, token };
  },
  "person: activity": get("/activity"),
  "person: downloads": get("/activity/downloads"),
  "admin: people": admin("/admin/people"),
  "admin: find a person": admin("/admin/people?q=person-77"),
  "admin: links": admin("/admin/links"),
  "admin: mails": admin("/admin/mails"),
  "admin: mails given up": admin("/admin/mails?state=given_up"),
  "admin: log": admin("/admin/log"),
  "admin: invitations": admin("/admin/invitations"),
  metrics: () => ({ method: "GET", path: "/metrics" }),
};

const LARGE = 2;
const largeNote =
  (method: string, pathOf: (id: string) => string, body?: object): Verb =>
  ({ data }) =>
    requestOfNote(data, { note: LARGE * data.shape.large, method, pathOf, body });
const large = (path: string) => get(path, () => 0);

export const largeVerbs: Record<string, Verb> = {
  "large note: open": largeNote("GET", (id) => `/notes/${id}`),
  "large note: files": largeNote("GET", (id) => `/notes/${id}/attachments`),
  "large note: changes": largeNote("GET", (id) => `/changes?noteId=${id}`),
  "large note: activity": largeNote("GET", (id) => `/notes/${id}/activity`),
  "large note: downloads": largeNote("GET", (id) => `/notes/${id}/activity/downloads`),
  "large note: upload": largeNote("POST", (id) => `/notes/${id}/uploads`, FILE),
  "large note: share": async ({ data }) => {
    const body = { userIds: [data.idOf("person", data.person())], role: "viewer" };
    return requestOfNote(data, {
      note: LARGE * data.shape.large,
      method: "PUT",
      pathOf: (id) => `/notes/${id}/shares`,
      body,
    });
  },
  "large note: link page": async ({ send, data }) => {
    const body = { notify: "never" };
    const pathOf = (id: string) => `/notes/${id}/links`;
    const { json } = await send(
      await requestOfNote(data, { note: LARGE * data.shape.large, method: "POST", pathOf, body }),
    );
    return {
      method: "GET",
      path: `/public/links/${(json as { url: string }).url.split("/").at(-1)}`,
      clientIp: data.ip(),
    };
  },
  "large note: links": largeNote("GET", (id) => `/notes/${id}/links`),
  "large note: delete": largeNote("DELETE", (id) => `/notes/${id}`),
  "large note: restore": largeNote("POST", (id) => `/trash/notes/${id}/restore`),
  "large person: notes": large("/notes"),
  "large person: notes by title": large("/notes?sort=title"),
  "large person: search, one result": large("/notes?q=12344"),
  "large person: search, a usual word": large("/notes?q=warehouse"),
  "large person: search, no result": large("/notes?q=rhinoceros"),
  "large person: changes": large("/changes"),
  "large person: links": large("/links"),
  "large person: trash": large("/trash"),
  "large person: activity": large("/activity"),
  "large person: downloads": large("/activity/downloads"),
  "busy link: page": ofLink(
    "GET",
    (path) => path,
    () => 1,
  ),
  "busy link: claim": ofLink(
    "POST",
    (path) => `${path}/claims`,
    () => 1,
  ),
  "busy link: events": async ({ data }) => {
    const token = await data.tokenOf(data.ownerOf(data.noteOfLink(1)));
    return { method: "GET", path: `/links/${data.idOf("link", 1)}/events`, token };
  },
};
