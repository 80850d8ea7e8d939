import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type {
  Attachment,
  FileAccess,
  Invitation,
  Link,
  Note,
  NoteAccess,
  Share,
  Shares,
} from "../../packages/contract/src/index.ts";
import { attachmentQueries } from "../../packages/server/src/features/attachments/queries.ts";
import { noteQueries } from "../../packages/server/src/features/notes/queries.ts";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { sampleAttachment, sampleNote } from "../../packages/server/src/testing/database/samples.ts";
import { engines } from "../../packages/server/src/testing/database/test-databases.ts";
import { visitorOf } from "../../packages/server/src/testing/link-visits.ts";
import type { TestService } from "../../packages/server/src/testing/service.ts";
import { useService } from "../../packages/server/src/testing/use-service.ts";
import { accessOfFile, accessParts, describeAccess } from "../../packages/web/src/texts/describe-access.ts";

const MINUTE_MS = 60_000;
const PASSWORD = "open sesame";
const PEOPLE = ["bob", "cleo", "dan", "eve"] as const;
const FILES = ["first", "second"] as const;
const STRANGER = "stranger";

type Person = "ann" | (typeof PEOPLE)[number];
type FileName = (typeof FILES)[number];

const person = fc.constantFrom(...PEOPLE);
const file = fc.constantFrom(...FILES);
/** The minutes until a share expires. If undefined, the share never expires. */
const minutes = fc.option(fc.constantFrom(20, 90), { nil: undefined });
const nth = fc.nat({ max: 5 });
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("share"),
      person: fc.constantFrom("eve", ...PEOPLE),
      minutes,
      isEditor: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("share file"), person, file, minutes }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("unshare"), person }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("unshare file"), person, file }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("invite"),
      whom: fc.constantFrom(...PEOPLE, STRANGER),
      file: fc.option(file, { nil: undefined }),
      minutes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("revoke invitation"), nth }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant("link"),
      by: fc.constantFrom("ann", "eve"),
      files: fc.constantFrom([], ["first"], ["first", "second"]) as fc.Arbitrary<FileName[]>,
      minutes,
      hasPassword: fc.boolean(),
      isForNames: fc.boolean(),
      maxClaims: fc.constantFrom(null, 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("request"), minutes, maxFiles: fc.constantFrom(1, 2) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("send"), nth }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("revoke link"), nth }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("new URL"), nth }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("delete file"), file }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("restore file"), file }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("delete note") }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("disable"), person: fc.constantFrom("ann", ...PEOPLE) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("enable"), person: fc.constantFrom("ann", ...PEOPLE) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("wait"), minutes: fc.constantFrom(1, 16, 60) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("policy"), needsPassword: fc.boolean(), isShort: fc.boolean() }),
  },
);
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

const unlimited = { minutes: undefined, hasPassword: false, isForNames: false, maxClaims: null } as const;
const link = { act: "link", by: "ann", files: [] as FileName[], ...unlimited } as const;
const share = { act: "share", person: "bob", minutes: undefined, isEditor: false } as const;
/** For each rule of access, a history of changes that only this rule decides. Random histories rarely contain such a history. */
const HISTORIES: Act[][] = [
  [link, { act: "delete file", file: "second" }, { act: "delete file", file: "first" }],
  [link, { act: "revoke link", nth: 0 }],
  [link, { ...link, minutes: 20 }, { act: "wait", minutes: 60 }],
  [
    link,
    { act: "policy", needsPassword: false, isShort: true },
    { act: "wait", minutes: 60 },
    { ...link, minutes: 20 },
  ],
  [link, { act: "policy", needsPassword: true, isShort: false }],
  [
    { ...link, by: "eve" },
    { ...share, person: "eve" },
    { act: "unshare", person: "eve" },
  ],
  [
    { ...link, maxClaims: 1 },
    { act: "wait", minutes: 16 },
  ],
  [
    { ...link, files: ["first"] },
    { act: "delete file", file: "first" },
    { act: "restore file", file: "first" },
  ],
  [
    { act: "request", minutes: undefined, maxFiles: 1 },
    { act: "send", nth: 0 },
  ],
  [share, { act: "disable", person: "bob" }, { act: "enable", person: "bob" }],
  [share, { ...share, person: "cleo", minutes: 20 }, { act: "wait", minutes: 60 }],
  [share, { act: "share file", person: "bob", file: "first", minutes: undefined }],
  [
    { act: "share file", person: "bob", file: "first", minutes: 20 },
    { act: "wait", minutes: 60 },
  ],
  [
    { act: "share file", person: "bob", file: "first", minutes: undefined },
    { act: "disable", person: "bob" },
  ],
  [
    { act: "invite", whom: STRANGER, file: undefined, minutes: 20 },
    { act: "wait", minutes: 60 },
    { act: "invite", whom: "bob", file: undefined, minutes: undefined },
  ],
  [link, { act: "disable", person: "ann" }, { act: "enable", person: "ann" }],
];

type Outbox = { to: string; text: string }[];

/** A note of Ann, and all people who try to get URLs of its files. The id of each person ends with the number of the world. */
class World {
  readonly #service: TestService;
  readonly #outbox: Outbox;
  readonly #number: number;
  readonly #tokens = new Map<string, string>();
  readonly #visitors = new Map<string, ReturnType<typeof visitorOf>>();
  /** The email address that each link with recipients accepts. The service sends only a few codes an hour to the same address. */
  readonly #emails = new Map<string, string>();
  readonly #files = {} as Record<FileName, string>;
  #noteId = "";

  constructor({ service, outbox, number }: { service: TestService; outbox: Outbox; number: number }) {
    this.#service = service;
    this.#outbox = outbox;
    this.#number = number;
  }

  async populate(): Promise<void> {
    const note = sampleNote({ ownerId: this.#idOf("ann") });
    const files = FILES.map((filename) =>
      sampleAttachment(note, { state: "ready", filename, contentType: "text/plain" }),
    );
    await noteQueries(this.#service.db).insert(note);
    for (const each of files) await attachmentQueries(this.#service.db).insert(each);
    this.#noteId = note.id;
    for (const { id, filename } of files) this.#files[filename as FileName] = id;
    for (const name of ["ann", ...PEOPLE]) await this.#send(name, "GET /me");
    await this.run({ act: "share", person: "eve", minutes: undefined, isEditor: true });
  }

  async run(given: Act): Promise<void> {
    const { act: name } = given;
    const note = `/notes/${this.#noteId}`;
    const shares = "file" in given && given.file !== undefined ? `/attachments/${this.#files[given.file]}` : note;
    const expiresAt = "minutes" in given && given.minutes !== undefined ? this.#in(given.minutes) : null;
    if (name === "share" && "isEditor" in given) {
      const json = { userIds: [this.#idOf(given.person)], role: given.isEditor ? "editor" : "viewer", expiresAt };
      await this.#send("ann", `PUT ${note}/shares`, { json });
    } else if (name === "share file" && "person" in given) {
      await this.#send("ann", `PUT ${shares}/shares`, { json: { userIds: [this.#idOf(given.person)], expiresAt } });
    } else if (name.startsWith("unshare") && "person" in given) {
      await this.#send("ann", `DELETE ${shares}/shares/${this.#idOf(given.person)}`);
    } else if ("whom" in given) {
      const json = { emails: [`${this.#idOf(given.whom)}@example.com`], expiresAt };
      await this.#send("ann", `PUT ${shares}/shares`, { json });
    } else if (name === "revoke invitation" && "nth" in given) {
      const { invitations = [] } = (await this.#send("ann", `GET ${note}/shares`)).body as Partial<Shares>;
      const invitation = invitations[given.nth];
      if (invitation !== undefined) await this.#send("ann", `DELETE /invitations/${invitation.id}`);
    } else if ("isForNames" in given) {
      const { files, hasPassword, isForNames, maxClaims, by } = given;
      const email = `named-${this.#emails.size}@${this.#number}.example.com`;
      const json = {
        expiresAt,
        maxClaims,
        ...(files.length > 0 && { attachmentIds: files.map((each) => this.#files[each]) }),
        ...(hasPassword && { password: PASSWORD }),
        ...(isForNames && { recipients: [email] }),
      };
      const { status, body } = await this.#send(by, `POST ${note}/links`, { json });
      if (status === 201) this.#emails.set(body.id, email);
    } else if ("maxFiles" in given) {
      const json = { kind: "upload", expiresAt, request: { maxFiles: given.maxFiles } };
      await this.#send("ann", `POST ${note}/links`, { json });
    } else if (name === "send" && "nth" in given) {
      const link = (await this.#listLinks()).filter(({ kind }) => kind === "upload")[given.nth % 2];
      if (link === undefined) return;
      const json = { filename: "a.txt", sizeBytes: 1, contentType: "text/plain", visitorName: "Maria" };
      await this.#visitorOf(link).send(`POST /public/links/${tokenIn(link)}/uploads`, { json });
    } else if (name === "revoke link" && "nth" in given) {
      const link = (await this.#listLinks())[given.nth];
      if (link !== undefined) await this.#send("ann", `DELETE /links/${link.id}`);
    } else if (name === "new URL" && "nth" in given) {
      const link = (await this.#listLinks())[given.nth];
      if (link !== undefined) await this.#send("ann", `PATCH /links/${link.id}`, { json: { newUrl: true } });
    } else if (name === "delete file" && "file" in given) {
      await this.#send("ann", `DELETE ${shares}`);
    } else if (name === "restore file" && "file" in given) {
      await this.#send("ann", `POST /trash${shares}/restore`);
    } else if (name === "delete note") {
      // The service refuses a deletion by a disabled owner.
      if ((await this.#send("ann", `DELETE ${note}`)).status !== 204) return;
      expect([await this.#peopleWith("first"), await this.#peopleWith("second")]).toEqual([[], []]);
      await this.#send("ann", `POST /trash${note}/restore`);
    } else if (name === "disable" && "person" in given) {
      await this.#disable(given.person, true);
    } else if (name === "enable" && "person" in given) {
      await this.#disable(given.person, false);
    } else if (name === "wait" && "minutes" in given) {
      this.#service.advance((given.minutes ?? 0) * MINUTE_MS);
    } else if ("needsPassword" in given) {
      await this.setPolicy(given);
    }
  }

  async setPolicy({ needsPassword, isShort }: { needsPassword: boolean; isShort: boolean }): Promise<void> {
    const put = (rule: string, value: unknown) => this.#send("root", `PUT /admin/policy/${rule}`, { json: { value } });
    await put("link-password", needsPassword ? "required" : "optional");
    await put("link-max-expiry", isShort ? 3_600 : null);
    await this.#service.refreshPolicy();
  }

  /**
   * Compares the access sentences of the note and of its first file with the people and visitors who really get a URL. An attempt to get a
   * URL can change the access: for example, an invitation becomes a share when the invited person opens the note.
   */
  async expectTruth(): Promise<void> {
    const people = { first: await this.#peopleWith("first"), second: await this.#peopleWith("second") };
    const links = await this.#listLinks();
    const opened = new Map<string, FileName[]>();
    for (const link of links) opened.set(link.id, await this.#filesFrom(link));
    const { status, body } = await this.#send("ann", `GET /notes/${this.#noteId}`);
    // A disabled owner cannot read the access sentence.
    if (status !== 200) return;
    const note = body as Note;
    const now = this.#now();
    const ofNote = (await this.#send("ann", `GET /notes/${this.#noteId}/shares`)).body as Shares;
    const hasNote = (userId: string) => ofNote.shares.some((share) => share.userId === userId && isLive(share, now));
    const idsWith = (name: FileName) => people[name].filter((userId) => !hasNote(userId));
    const open = links.filter(({ id }) => (opened.get(id) ?? []).length > 0);
    const whole = open.filter(({ kind, files }) => kind === "download" && files === null);
    const certain = open.filter(({ kind, files }) => kind === "download" && files !== null);
    const requests = open.filter(({ kind }) => kind === "upload");
    const withNote = [...new Set([...people.first, ...people.second])].filter(hasNote);
    const present = FILES.filter((name) => note.attachments.some(({ id }) => id === this.#files[name]));
    // A person with access to the note gets URLs of all its files that are not deleted.
    for (const name of present) expect(people[name]).toEqual(expect.arrayContaining(withNote));
    const expected = (invited: Invitation[], of: { people: string[]; shares: Share[]; links: Link[] }): FileAccess => ({
      ...counted(
        "people",
        of.shares.filter(({ userId }) => of.people.includes(userId)),
        Math.min,
      ),
      ...counted(
        "invitations",
        invited.filter((one) => isLive(one, now)),
      ),
      ...counted("links", of.links),
    });
    const enabled = ofNote.shares.filter((share) => isLive(share, now) && !this.#disabled.has(share.userId));
    const holders = present.length === 0 ? enabled.map(({ userId }) => userId) : withNote;
    const access: NoteAccess = {
      ...expected(ofNote.invitations, { people: holders, shares: ofNote.shares, links: whole }),
      ...counted("fileLinks", certain),
      ...counted("requests", requests),
    };
    const attachments = await Promise.all(
      note.attachments.map(async (attachment) => {
        const name = FILES.find((each) => this.#files[each] === attachment.id);
        if (name === undefined) return attachment;
        const { body } = await this.#send("ann", `GET /attachments/${attachment.id}/shares`);
        const { shares, invitations } = body as Shares;
        const naming = certain.filter(({ files }) => files?.some(({ id }) => id === attachment.id));
        return { ...attachment, access: expected(invitations, { people: idsWith(name), shares, links: naming }) };
      }),
    );
    const at = { now };
    const isAlone = ({ access }: Attachment) => access?.people !== undefined || access?.invitations !== undefined;
    const alone = attachments.filter(isAlone).length;
    const sentence = describeAccess({ ...access, ...(alone > 0 && { sharedFiles: { count: alone } }) }, at);
    expect(describeAccess(note.access as NoteAccess, at)).toBe(sentence);
    for (const [index, real] of attachments.entries()) {
      const told = accessOfFile(note.access as NoteAccess, note.attachments[index]?.access);
      expect(describeAccess(told, at)).toBe(describeAccess(accessOfFile(access, real.access), at));
    }
    const isNobody = [...people.first, ...people.second, ...open].length === 0;
    if (sentence === "Only you") expect(isNobody).toBe(true);
    const [listed] = (await this.#send("ann", "GET /notes?limit=1")).body.items;
    expect(listed.access).toEqual(note.access);
    // If the row of a note in the list shows no access, only the owner has access to the note.
    expect(accessParts(listed.access, at).length === 0).toBe(sentence === "Only you");
    const { body: ofEve } = await this.#send("eve", `GET /notes/${this.#noteId}`);
    if (ofEve.role !== undefined) expect(ofEve.access).toEqual(ofEve.role === "editor" ? note.access : undefined);
  }

  readonly #disabled = new Set<string>();

  async #disable(name: Person, isDisabled: boolean): Promise<void> {
    const id = this.#idOf(name);
    const { status } = await this.#send("root", `PATCH /admin/people/${id}`, { json: { isDisabled } });
    expect(status).toBe(200);
    if (isDisabled) this.#disabled.add(id);
    else this.#disabled.delete(id);
  }

  async #peopleWith(name: FileName): Promise<string[]> {
    const found: string[] = [];
    for (const each of PEOPLE) {
      const { status } = await this.#send(each, `GET /attachments/${this.#files[name]}/url`);
      if (status === 200) found.push(this.#idOf(each));
    }
    return found;
  }

  /** Opens a link as a visitor does, and returns the files whose URLs the visitor gets. For an open file request, returns all files. */
  async #filesFrom(link: Link): Promise<FileName[]> {
    const token = tokenIn(link);
    const visitor = this.#visitorOf(link);
    const look = async () => (await visitor.look(token)).body;
    let seen = await look();
    if (seen.by === "password") {
      await visitor.unlock(token, PASSWORD);
      seen = await look();
    }
    if (seen.by === "email") {
      await this.#proveEmail(visitor, { token, email: this.#emails.get(link.id) });
      seen = await look();
    }
    if (link.kind === "upload") return seen.state === "open" && seen.request.filesLeft > 0 ? [...FILES] : [];
    // A link to an empty note also opens files that are added later, so the test expects access to all files.
    if (link.files === null && seen.state === "open" && seen.files.length === 0) return [...FILES];
    const { status, body } = await visitor.claim(token);
    if (status !== 201) return [];
    return FILES.filter((name) =>
      body.urls.some((url: { attachmentId: string }) => url.attachmentId === this.#files[name]),
    );
  }

  async #proveEmail(
    visitor: ReturnType<typeof visitorOf>,
    { token, email }: { token: string; email: string | undefined },
  ): Promise<void> {
    await visitor.send(`POST /public/links/${token}/codes`, { json: { email } });
    while ((await this.#service.sendMails()) > 0);
    const [, code = ""] = /^(\d{4} \d{4})$/m.exec(this.#outbox.findLast(({ to }) => to === email)?.text ?? "") ?? [];
    expect(code).not.toBe("");
    await visitor.send(`POST /public/links/${token}/email`, { json: { email, code } });
  }

  /**
   * The visitor of a link keeps cookies, which keep a claim valid. Each link has its own visitor, with an IP address in another network.
   */
  #visitorOf({ id }: Link) {
    const ip = `198.51.${this.#number % 256}.${this.#visitors.size + 1}`;
    const visitor = this.#visitors.get(id) ?? visitorOf(this.#service.app, { ip });
    this.#visitors.set(id, visitor);
    return visitor;
  }

  async #listLinks(): Promise<Link[]> {
    const { body } = await this.#send("ann", `GET /notes/${this.#noteId}/links`);
    return body.items ?? [];
  }

  async #send(name: string, call: string, options: { json?: unknown } = {}) {
    const id = name === "root" ? name : this.#idOf(name);
    // The clock of the service runs ahead, so the tokens are valid for years.
    const exp = Math.floor(Date.now() / 1000) + 10 ** 9;
    const token = this.#tokens.get(id) ?? (await signTestJwt({ sub: id, email: `${id}@example.com`, name: id, exp }));
    this.#tokens.set(id, token);
    return this.#service.anonymous.send(call, { ...options, headers: { authorization: `Bearer ${token}` } });
  }

  #idOf(name: string): string {
    return `${name}-${this.#number}`;
  }

  #now(): number {
    return this.#service.now();
  }

  #in(after: number): string {
    return new Date(this.#now() + after * MINUTE_MS).toISOString();
  }
}

const tokenIn = ({ url }: Link) => url.slice(url.lastIndexOf("/") + 1);
const isLive = ({ expiresAt }: { expiresAt: string | null }, now: number) =>
  expiresAt === null || Date.parse(expiresAt) > now;

function counted(
  fact: keyof NoteAccess,
  items: readonly { expiresAt: string | null }[],
  choose = Math.max,
): NoteAccess {
  if (items.length === 0) return {};
  const ends = items.map(({ expiresAt }) => (expiresAt === null ? Infinity : Date.parse(expiresAt)));
  const [end, first] = [choose(...ends), Math.min(...ends)];
  const until = end < Infinity && { until: new Date(end).toISOString() };
  return { [fact]: { count: items.length, ...until, ...(first < end && { next: new Date(first).toISOString() }) } };
}

const RUNS = Number(process.env.ACCESS_RUNS ?? 4);
/** The time limit of the test, in milliseconds. One history takes about a second on a busy machine. */
const TIME_LIMIT_MS = 600_000 + RUNS * 5_000;

let worlds = 0;

describe.each(engines)("the access sentence of a note and of a file, on $name", (engine) => {
  const outbox: Outbox = [];
  const service = useService({
    engine,
    hasAccounts: true,
    limits: { trashDays: 30 },
    mailer: {
      async send(message) {
        outbox.push(message);
        return { state: "accepted" };
      },
    },
  });
  beforeAll(() =>
    service.useCases.rememberPerson({ id: "root", email: "root@example.com", name: "Root", isAdmin: true }),
  );

  it(
    "the access sentence names everyone who can get a URL after each change of the access",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 10 }), async (acts) => {
          worlds += 1;
          const world = new World({ service, outbox, number: worlds });
          await world.populate();
          try {
            await world.expectTruth();
            for (const each of acts) {
              await world.run(each);
              await world.expectTruth();
            }
          } finally {
            await world.setPolicy({ needsPassword: false, isShort: false });
          }
        }),
        { numRuns: HISTORIES.length + RUNS, examples: HISTORIES.map((acts) => [acts]) },
      );
    },
    TIME_LIMIT_MS,
  );
});
