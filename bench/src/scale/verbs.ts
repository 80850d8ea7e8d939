import { DatabaseSync } from "node:sqlite";
import { batchCall, type Call, create, sendCall, sendFile, smallFile } from "../rig/calls.ts";
import { below } from "../rig/dataset.ts";
import { deriveLinkKeys, makeToken } from "../rig/service.ts";
import { createToken, settings } from "../rig/settings.ts";
import { expressions, type Shape, sqliteWords } from "./data.ts";

/** A service with its data. */
export type Subject = { port: number; data: Data };
/** Prepares data outside of the measurement, and returns the request to measure. */
export type Verb = (subject: Subject) => Promise<Call> | Call;

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
      const token = tokens.get(person) ?? createToken(data.idOf("person", person));
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

const ADMINISTRATOR = 3;
const get =
  (path: string, who = (data: Data) => data.person()): Verb =>
  async ({ data }) => ({ method: "GET", path, token: await data.tokenOf(who(data)) });

/** A request of the owner of a usual note. */
const ofNote =
  (method: Call["method"], pathOf: (id: string) => string, bodyOf?: (data: Data) => object): Verb =>
  async ({ data }) =>
    requestOfNote(data, { note: data.note(), method, pathOf, body: bodyOf?.(data) });

type OfNote = { note: number; method: Call["method"]; pathOf: (id: string) => string; body?: object | undefined };

async function requestOfNote(data: Data, { note, method, pathOf, body }: OfNote): Promise<Call> {
  return { method, path: pathOf(data.idOf("note", note)), token: await data.tokenOf(data.ownerOf(note)), body };
}

const admin = (path: string) => get(path, () => ADMINISTRATOR);

const fileUrl: Verb = async ({ data }) => {
  const note = data.note();
  const [file = 0] = data.filesOf(note);
  const path = `/attachments/${data.idOf("file", file)}/url`;
  return { method: "GET", path, token: await data.tokenOf(data.ownerOf(note)) };
};

const fileUrls: Verb = async ({ data }) => {
  const note = data.note();
  const attachmentIds = data.filesOf(note).map((file) => data.idOf("file", file));
  return batchCall(attachmentIds, await data.tokenOf(data.ownerOf(note)));
};

const startUpload: Verb = ofNote(
  "POST",
  (id) => `/notes/${id}/uploads`,
  () => smallFile,
);
const completeUpload: Verb = async (subject) => sendFile(subject.port, await startUpload(subject));

/** Creates a note with ten files, so that the verb does not depend on earlier runs. */
async function newNote({ port, data }: Subject): Promise<{ id: string; token: string }> {
  const token = await data.tokenOf(data.person());
  const body = { title: "Budget of the bench", body: "x" };
  const { id } = await create<{ id: string }>(port, { method: "POST", path: "/notes", token, body });
  const start: Call = { method: "POST", path: `/notes/${id}/uploads`, token, body: smallFile };
  for (let nth = 0; nth < 10; nth++) await create(port, start);
  return { id, token };
}

const deleteNote: Verb = async (subject) => {
  const { id, token } = await newNote(subject);
  return { method: "DELETE", path: `/notes/${id}`, token };
};
const restoreNote: Verb = async (subject) => {
  const { id, token } = await newNote(subject);
  await sendCall(subject.port, { method: "DELETE", path: `/notes/${id}`, token });
  return { method: "POST", path: `/trash/notes/${id}/restore`, token };
};
const purgeNote: Verb = async (subject) => {
  const { id, token } = await newNote(subject);
  return { method: "DELETE", path: `/notes/${id}?permanent=true`, token };
};
const deleteFile: Verb = async (subject) => {
  const complete = await completeUpload(subject);
  const { id } = (await (await sendCall(subject.port, complete)).json()) as { id: string };
  return { method: "DELETE", path: `/attachments/${id}`, token: complete.token };
};

function linkCall(data: Data, link: number): Call {
  return { method: "GET", path: `/public/links/${data.linkToken(link)}`, clientIp: data.ip() };
}

function claimCall(data: Data, link: number): Call {
  const { path, clientIp } = linkCall(data, link);
  return { method: "POST", path: `${path}/claims`, clientIp };
}

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
    const body = { title: "New", body: "Text" };
    return { method: "POST", path: "/notes", token: await data.tokenOf(data.person()), body };
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
  "link: page": ({ data }) => linkCall(data, data.link()),
  "link: claim": ({ data }) => claimCall(data, data.link()),
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
  (method: Call["method"], pathOf: (id: string) => string, body?: object): Verb =>
  ({ data }) =>
    requestOfNote(data, { note: LARGE * data.shape.large, method, pathOf, body });
const large = (path: string) => get(path, () => 0);

export const largeVerbs: Record<string, Verb> = {
  "large note: open": largeNote("GET", (id) => `/notes/${id}`),
  "large note: files": largeNote("GET", (id) => `/notes/${id}/attachments`),
  "large note: changes": largeNote("GET", (id) => `/changes?noteId=${id}`),
  "large note: activity": largeNote("GET", (id) => `/notes/${id}/activity`),
  "large note: downloads": largeNote("GET", (id) => `/notes/${id}/activity/downloads`),
  "large note: upload": largeNote("POST", (id) => `/notes/${id}/uploads`, smallFile),
  "large note: share": (subject) => {
    const { data } = subject;
    const body = { userIds: [data.idOf("person", data.person())], role: "viewer" };
    return largeNote("PUT", (id) => `/notes/${id}/shares`, body)(subject);
  },
  "large note: link page": async (subject) => {
    const createLink = await largeNote("POST", (id) => `/notes/${id}/links`, { notify: "never" })(subject);
    const { url } = await create<{ url: string }>(subject.port, createLink);
    return { method: "GET", path: `/public/links/${url.split("/").at(-1)}`, clientIp: subject.data.ip() };
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
  "busy link: page": ({ data }) => linkCall(data, 1),
  "busy link: claim": ({ data }) => claimCall(data, 1),
  "busy link: events": async ({ data }) => {
    const token = await data.tokenOf(data.ownerOf(data.noteOfLink(1)));
    return { method: "GET", path: `/links/${data.idOf("link", 1)}/events`, token };
  },
};
