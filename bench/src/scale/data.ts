/** The number of rows of the main tables at scale 1. */
const FULL = { people: 10_000, notes: 100_000, files: 1_000_000, shares: 200_000, links: 20_000, events: 5_000_000 };

type Sizes = { [Table in keyof typeof FULL]: number } & {
  /** The number of notes of each of the two largest people, and the number of files of the largest note. 20,000 at scale 1. */
  large: number;
  /** The number of downloads of the busiest link. 10,000 at scale 1. */
  claims: number;
};

export type Shape = Sizes & {
  /** The instants of the rows are evenly spread from `since` to `until`, in milliseconds since the epoch. */
  since: number;
  until: number;
};

const DAY_MS = 86_400_000;
const SPAN_MS = 300 * DAY_MS;

/** Returns the sizes of the data. `scale`: a part of the full size, at least 0.001. `until`: the instant of the newest rows. */
export function shapeOf(scale: number, until: number): Shape {
  if (!(scale >= 0.001 && scale <= 10)) throw new Error(`The scale is ${scale}. Choose a number from 0.001 to 10.`);
  const sizes = Object.fromEntries(Object.entries(FULL).map(([name, size]) => [name, Math.round(size * scale)]));
  const { notes = 0 } = sizes;
  return { ...(sizes as Sizes), large: notes / 5, claims: notes / 10, until, since: until - SPAN_MS };
}

/** The SQL functions that differ between the engines. `digits`: the length of the hexadecimal number. */
export type Words = { hex(number: string, digits: number): string; yes: string; date: string };
export const sqliteWords: Words = {
  hex: (number, digits) => `printf('%0${digits}x', ${number})`,
  yes: "1",
  date: "'2030-01-01T00:00:00.000Z'",
};
/** The rows of one table. `columns`: an SQL expression for each column of row `i`. `where`: the condition for the rows that exist. */
export type Rows = { table: string; count: number; columns: Record<string, string>; where?: string; orderBy?: string };

/** The kinds of ids. Each id contains its kind, so no two rows have the same id. */
const KINDS = ["person", "note", "file", "upload", "link", "event", "mail", "trash", "row", "claim"] as const;
type Kind = (typeof KINDS)[number];

/** A text as long and as varied as real notes. Each note has a part of this text. */
const TEXT =
  `The budget of the spring campaign was approved by the board on Monday. Please send the signed contract to the legal
team, and keep the original invoice for the tax office. The architect delivered new floor plans for the warehouse in
Hamburg, with measurements of every door and window. Photos of the damaged roof are attached to the insurance claim.
The quarterly report compares revenue, travel costs and salaries with the forecast of last year. Our supplier raised
the price of copper, so the offer for the hospital must change. Minutes of the meeting list three open questions about
privacy, deadlines and staff. Interviews with customers show that delivery times matter more than discounts. `
    .replaceAll("\n", " ")
    .repeat(3);
const WORDS = [
  "Budget",
  "Contract",
  "Invoice",
  "Floor plan",
  "Photo",
  "Report",
  "Offer",
  "Minutes",
  "Interview",
  "Claim",
];
const TYPES = ["application/pdf", "image/jpeg", "application/msword", "video/mp4", "text/plain"];
const ENDINGS = ["pdf", "jpg", "doc", "mp4", "txt"];

/** SQL expressions for the data of a shape. Each function accepts the number of a row as an SQL expression. */
export function expressions({ people, notes, files, links, events, large, claims, since, until }: Shape, words: Words) {
  const counts: Record<Kind, number> = {
    ...{ person: people, note: notes, file: files, upload: files, link: links, event: events, mail: notes },
    ...{ trash: files, row: files, claim: claims },
  };
  const at = (kind: Kind, i: string) => `(${since} + (${i}) * ${Math.floor((until - since) / counts[kind])})`;
  const id = (kind: Kind, i: string) => {
    const time = at(kind, i);
    const start = `${words.hex(`${time} / 65536`, 8)} || '-' || ${words.hex(`${time} % 65536`, 4)}`;
    return `${start} || '-7${KINDS.indexOf(kind).toString(16).padStart(3, "0")}-8000-' || ${words.hex(i, 12)}`;
  };
  const oneOf = (texts: readonly string[], i: string) =>
    `(case (${i}) % ${texts.length} ${texts.map((text, nth) => `when ${nth} then '${text}'`).join(" ")} end)`;
  const person = (i: string) => id("person", i);
  const ownerOfNote = (note: string) =>
    `(case when ${note} < ${2 * large} then (${note}) % 2 else 2 + ((${note}) - ${2 * large}) % ${people - 2} end)`;
  // Each note has ten files. The largest note also has the first files.
  const noteOfFile = (file: string) =>
    `(case when ${file} < ${large} then ${2 * large} else ((${file}) - ${large}) / 10 end)`;
  const ownerOfFile = (file: string) => ownerOfNote(noteOfFile(file));
  const noteOfLink = (link: string) =>
    `(case when ${link} = 0 then ${2 * large} else (${link}) * ${notes / links} end)`;
  const ownerOfLink = (link: string) => ownerOfNote(noteOfLink(link));
  const isNoteInTrash = (note: string) => `(${note}) % 100 = 99`;
  const isFileInTrash = (file: string) => `(${file}) % 100 = 98`;
  return {
    ...{
      at,
      id,
      oneOf,
      person,
      ownerOfNote,
      noteOfFile,
      ownerOfFile,
      noteOfLink,
      ownerOfLink,
      isNoteInTrash,
      isFileInTrash,
    },
    title: (i: string) => `${oneOf(WORDS, i)} || ' ' || ${oneOf(WORDS, `(${i}) / 7`)} || ' ' || (${i})`,
    body: (i: string) =>
      `substr('${TEXT}', cast(1 + ((${i}) * 7919) % 1200 as integer), cast(200 + ((${i}) * 31) % 700 as integer))`,
    path: (i: string) => `case when ${i} < ${large} then 'photos/part-' || ((${i}) / 1000) || '/' else '' end`,
    filename: (i: string) =>
      `${oneOf(WORDS, i)} || ' ' || ${oneOf(WORDS, `(${i}) / 11`)} || ' ' || (${i}) || '.' || ${oneOf(ENDINGS, i)}`,
    contentType: (i: string) => oneOf(TYPES, i),
    sizeBytes: (i: string) => `(10000 + ((${i}) * 7919) % 5000000)`,
    hasPreview: (i: string) => `(${i}) % 5 = 1`,
    fileState: (i: string) => `(case when (${i}) % 100 = 97 then 'rejected' else 'ready' end)`,
    objectKey: (kind: "file" | "row", i: string) =>
      `${words.hex(at(kind, i), 12)} || ${words.hex(`((${i}) * 2654435761) % 4294967296`, 8)} || '${kind === "file" ? "0" : "1"}' || ${words.hex(i, 23)}`,
  };
}

/** Returns the rows of all tables, except the tables that `seed.ts` computes from them. */
export function rowsOf(shape: Shape, words: Words): Rows[] {
  const { people, notes, files, shares, links, events, large, claims, until } = shape;
  const sql = expressions(shape, words);
  const { at, id, person, ownerOfNote, ownerOfFile, noteOfFile, ownerOfLink, noteOfLink } = sql;
  const owner = person(ownerOfNote("i"));
  const later = until + 30 * DAY_MS;
  const authDates = { created_at: words.date, updated_at: words.date };
  const fileFacts = {
    ...{
      path: sql.path("i"),
      filename: sql.filename("i"),
      content_type: sql.contentType("i"),
      size_bytes: sql.sizeBytes("i"),
    },
    ...{ object_key: sql.objectKey("file", "i"), state: sql.fileState("i"), created_at: at("file", "i") },
  };
  const deletion = (isDeleted: string, trashId: string) => ({
    trash_id: `case when ${isDeleted} then ${trashId} end`,
    deleted_by: `case when ${isDeleted} then ${person("2")} end`,
    deleted_at: `case when ${isDeleted} then ${until - DAY_MS} end`,
  });
  const shareFacts = (user: string) => ({
    ...{ user_id: person(user), expires_at: `case when i % 10 = 0 then ${later} end`, created_at: `${until} - 1 - i` },
    ...{ seen_at: "case when i % 3 > 0 then 1 end" },
  });
  const noteShares = Math.round(shares * 0.9);
  const half = Math.floor(people / 2) - 1;
  const holderOfNote = `(${ownerOfNote(`(i % ${notes})`)} + 1 + (i / ${notes}) * ${half} + (i * 7919) % ${half}) % ${people}`;
  const shared = `(${large} + i * ${Math.floor((files - large) / (shares - noteShares))})`;
  const holderOfFile = `(${ownerOfFile(shared)} + 1 + (i * 7919) % ${people - 1}) % ${people}`;
  // Every twentieth event is about a link. The first of these events are the downloads of the busiest link.
  const isOfLink = "i % 20 = 4";
  const linkOfEvent = `(case when i / 20 < ${claims} then 1 else (i / 20) % ${links} end)`;
  const fileOfEvent = `(i / ${events / files})`;
  const noteOfEvent = `(case when ${isOfLink} then ${noteOfLink(linkOfEvent)} else ${noteOfFile(fileOfEvent)} end)`;
  const purpose = sql.oneOf(["", "download", "download", "thumbnail", "view"], "i");
  return [
    {
      table: "people",
      count: people,
      columns: {
        ...{ id: person("i"), email: "'person-' || i || '@bench.example'", name: "'Person ' || i" },
        is_admin: "case when i = 3 then 1 else 0 end",
        ...{ created_at: at("person", "i"), updated_at: at("person", "i"), email_stated_at: at("person", "i") },
      },
    },
    {
      table: "identities",
      count: people,
      columns: { issuer: "'jwt-secret'", subject: person("i"), user_id: person("i") },
    },
    {
      table: "auth_users",
      count: people,
      columns: {
        id: person("i"),
        name: "'Person ' || i",
        email: "'person-' || i || '@bench.example'",
        email_verified: words.yes,
        ...authDates,
      },
    },
    {
      table: "auth_sessions",
      count: people,
      columns: {
        id: id("row", "i"),
        token: "'session-' || i",
        user_id: person("i"),
        ...authDates,
        expires_at: words.date,
      },
    },
    {
      table: "notes",
      count: notes,
      columns: {
        ...{ id: id("note", "i"), owner_id: owner, title: sql.title("i"), body: sql.body("i") },
        ...{ title_folded: `lower(${sql.title("i")})`, body_folded: `lower(${sql.body("i")})` },
        ...{ created_at: at("note", "i"), updated_at: at("note", "i"), is_indexed: "1" },
        ...deletion(sql.isNoteInTrash("i"), id("trash", `${files - notes} + i`)),
      },
    },
    {
      table: "attachments",
      count: files,
      columns: {
        ...{ id: id("file", "i"), note_id: id("note", noteOfFile("i")), owner_id: person(ownerOfFile("i")) },
        ...{ created_by: person(ownerOfFile("i")), owns_object: "1", checksum_sha256: `${words.hex("i", 43)} || '='` },
        ...fileFacts,
        filename_folded: `lower(${sql.path("i")} || ${sql.filename("i")})`,
        is_indexed: `case when ${sql.fileState("i")} = 'ready' then 1 end`,
        previews: `case when ${sql.hasPreview("i")} then '[{"name":"small","width":320,"height":240}]' end`,
        ...deletion(sql.isFileInTrash("i"), id("trash", "i")),
      },
    },
    {
      table: "attachment_previews",
      count: files,
      where: sql.hasPreview("i"),
      columns: {
        ...{ attachment_id: id("file", "i"), name: "'small'", object_key: sql.objectKey("row", "i"), staged: "0" },
        ...{ content_type: "'image/webp'", size_bytes: "9000", checksum_sha256: `${words.hex("i", 43)} || '='` },
        ...{ width: "320", height: "240", created_at: at("file", "i") },
      },
    },
    {
      table: "uploads",
      count: files,
      columns: {
        ...{ id: id("upload", "i"), attachment_id: id("file", "i"), note_id: id("note", noteOfFile("i")) },
        ...{ user_id: person(ownerOfFile("i")), strategy: "'put'", staged: "0", ...fileFacts },
        ...{ expires_at: `${at("file", "i")} + 900000`, completed_at: `${at("file", "i")} + 2000` },
      },
    },
    {
      table: "note_shares",
      count: noteShares,
      columns: {
        ...{ note_id: id("note", `i % ${notes}`), role: "case when i % 3 = 0 then 'editor' else 'viewer' end" },
        ...{ created_by: person(ownerOfNote(`(i % ${notes})`)), ...shareFacts(holderOfNote) },
      },
    },
    {
      table: "attachment_shares",
      count: shares - noteShares,
      columns: {
        attachment_id: id("file", shared),
        created_by: person(ownerOfFile(shared)),
        ...shareFacts(holderOfFile),
      },
    },
    {
      table: "invitations",
      count: notes / 10,
      columns: {
        ...{
          id: id("row", "i"),
          subject_id: id("note", "i * 10"),
          note_id: id("note", "i * 10"),
          email: "'guest-' || i || '@bench.example'",
        },
        ...{ role: "'viewer'", invited_by: person(ownerOfNote("(i * 10)")), invited_at: `${until}`, generation: "0" },
        link_expires_at: `${later}`,
      },
    },
    {
      table: "access_requests",
      count: Math.ceil(notes / 50),
      columns: { note_id: id("note", "i * 50"), user_id: person(`(i * 7) % ${people}`), requested_at: `${until}` },
    },
    {
      table: "note_pins",
      count: notes / 10,
      // Each person has pinned only a few notes.
      where: `i * 10 >= ${2 * large}`,
      columns: { user_id: person(ownerOfNote("(i * 10)")), note_id: id("note", "i * 10"), pinned_at: `${until}` },
    },
    {
      table: "links",
      count: links,
      columns: {
        ...{ id: id("link", "i"), generation: "0", kind: "case when i % 10 = 9 then 'upload' else 'download' end" },
        ...{
          note_id: id("note", noteOfLink("i")),
          owner_id: person(ownerOfLink("i")),
          created_by: person(ownerOfLink("i")),
        },
        ...{ label: sql.oneOf(WORDS, "i"), message: "''", whole_note: "case when i % 4 = 3 then 0 else 1 end" },
        ...{
          expires_at: `case when i % 2 = 0 then ${later} end`,
          password_version: "0",
          url_ttl_seconds: "60",
          notify: "'never'",
        },
        claims: `case when i = 1 then ${claims} else 5 end`,
        urls_issued: `case when i = 1 then ${10 * claims} else 50 end`,
        ...{ opened: "5", created_at: at("link", "i"), revoked_at: "case when i % 20 = 8 then 1 end" },
        request: `case when i % 10 = 9 then '{"maxFiles":100,"maxBytesPerFile":10000000,"maxBytesTotal":1000000000,"accept":[],"askName":"no","review":false,"slots":[]}' end`,
      },
    },
    {
      table: "link_files",
      count: links,
      where: `i % 4 = 3 and ${large} + 10 * ${noteOfLink("i")} < ${files}`,
      columns: { link_id: id("link", "i"), attachment_id: id("file", `${large} + 10 * ${noteOfLink("i")}`) },
    },
    {
      table: "link_mails",
      count: links,
      columns: {
        ...{
          id: id("row", "i"),
          link_id: id("link", "i"),
          email: "'guest-' || i || '@bench.example'",
          generation: "0",
        },
        ...{ code_hash: "'hash-' || i", sent_by: person(ownerOfLink("i")), queued_at: `${until}`, sent_at: `${until}` },
      },
    },
    {
      table: "link_claims",
      count: claims,
      columns: {
        ...{ id: id("claim", "i"), link_id: id("link", "1"), generation: "0", visitor_id: "'visitor-' || i" },
        ...{ claimed_at: `${until}`, window_ends_at: `${until + DAY_MS}` },
      },
    },
    {
      table: "audit_events",
      count: events,
      orderBy: "owner_id, is_routine, id",
      columns: {
        ...{ id: id("event", "i"), at: at("event", "i") },
        action: `case when ${isOfLink} then 'link.claimed' when i % 5 = 0 then 'attachment.uploaded' else 'url.issued' end`,
        actor_id: `case when ${isOfLink} then 'visitor:' || i when i % 5 in (1, 2) then ${person(`(i * 7919) % ${people}`)} else ${person(ownerOfNote(noteOfEvent))} end`,
        ...{ note_id: id("note", noteOfEvent), owner_id: person(ownerOfNote(noteOfEvent)) },
        attachment_ids: `'["' || ${id("file", fileOfEvent)} || '"]'`,
        detail: `case when ${isOfLink} then '{"linkId":"' || ${id("link", linkOfEvent)} || '","label":"Offer","purpose":"download"}'
          when i % 5 = 0 then '{"filename":"Report ' || i || '.pdf","sizeBytes":20000}'
          else '{"filename":"Report ' || i || '.pdf","expiresInSeconds":60,"purpose":"' || ${purpose} || '"}' end`,
        is_routine: `case when i % 5 in (3, 4) and not (${isOfLink}) then 1 else 0 end`,
      },
    },
    {
      table: "link_events",
      count: events,
      where: isOfLink,
      columns: { link_id: id("link", linkOfEvent), event_id: id("event", "i") },
    },
    {
      table: "admin_events",
      count: people,
      columns: {
        ...{
          id: id("row", "i"),
          at: at("row", "i"),
          action: "'person.quota_changed'",
          actor_id: person("3"),
          subject_id: person("i"),
        },
        detail: "'{}'",
      },
    },
    {
      // Half of the mails wait, and the other half have finally failed.
      table: "mails",
      count: notes,
      columns: {
        ...{ id: id("mail", "i"), kind: "'new-sign-in'", email: "'person-' || i || '@bench.example'" },
        detail: `'{"userId":"' || ${person(`i % ${people}`)} || '"}'`,
        ...{ created_at: `${until}`, attempts: "3", problem: "'The mail server refused the mail.'" },
        due_at: `case when i % 2 = 0 then ${later} + i end`,
        given_up_at: `case when i % 2 = 1 then ${until} - i end`,
      },
    },
    {
      table: "webhook_endpoints",
      count: Math.ceil(people / 100),
      columns: {
        ...{
          id: id("row", "i"),
          owner_id: person("i * 100 + 7"),
          url: "'https://hooks.bench.example'",
          events: `'["upload.ready"]'`,
        },
        ...{
          description: "''",
          generation: "0",
          created_at: `${until}`,
          disabled_at: `${until}`,
          failures: "0",
          paused_until: "0",
        },
      },
    },
    {
      table: "webhook_deliveries",
      count: notes,
      columns: {
        ...{
          endpoint_id: id("row", `i % ${Math.ceil(people / 100)}`),
          id: "'message-' || i",
          type: "'upload.ready'",
          subject: id("file", "i"),
        },
        ...{
          body: sql.body("i"),
          created_at: `${until} - i`,
          queued_at: `${until} - i`,
          attempts: "1",
          delivered_at: `${until} - i`,
        },
      },
    },
    {
      table: "object_deletions",
      count: notes / 10,
      columns: { object_key: `'deleted-' || ${words.hex("i", 12)}`, not_before: `${later}`, attempts: "0" },
    },
    {
      table: "limit_counts",
      count: notes / 10,
      columns: { key: "'limit-' || i", count: "1", expires_at: `${later}` },
    },
  ];
}

/** The statements that fill tables from other tables, as triggers and transactions of the service would do. */
export const DEPENDENT: readonly string[] = [
  `insert into usage (owner_id, used_bytes, files)
    select owner_id, cast(sum(size_bytes) as bigint), count(*) from attachments
    where owns_object = 1 and state not in ('rejected', 'aborted', 'expired') group by owner_id`,
  `insert into note_sharers (user_id, owner_id)
    select distinct user_id, owner_id from note_shares join notes on notes.id = note_shares.note_id`,
  "insert into shared_subjects (note_id, subject_id) select distinct note_id, note_id from note_shares",
  `insert into shared_subjects (note_id, subject_id)
    select attachments.note_id, attachments.id from attachment_shares
    join attachments on attachments.id = attachment_shares.attachment_id`,
  "insert into shared_subjects (note_id, subject_id) select note_id, subject_id from invitations where true on conflict do nothing",
  "insert into shared_subjects (note_id, subject_id) select note_id, note_id from links where true on conflict do nothing",
];
