import { readFileSync } from "node:fs";
import { join } from "node:path";
import { definitionOf, type Member, membersOf } from "./options.ts";
import type { Link } from "./pages.ts";

const INDEX = "packages/server/src/index.ts";
const EMBEDDED = "packages/server/src/wiring/embedding/create-valet-key.ts";
const WIRING = "packages/server/src/wiring/embedding/types.ts";
const EMBEDDING = "packages/server/src/features/embedding/types.ts";
const CALLS = "packages/server/src/features/embedding/calls/types.ts";
const LINKS = "packages/server/src/features/embedding/calls/link-types.ts";
const REQUESTS = "packages/server/src/features/embedding/calls/request-types.ts";
const TENANTS = "packages/server/src/features/embedding/calls/tenant-types.ts";
const ANNOTATIONS = "packages/server/src/features/attachments/annotations.ts";
const CLIENT = "packages/client/src";
const REACT = "packages/react/src";

/** The types whose members are options, in the order of the page. */
export const OPTIONS = [
  { title: "createValetKey", file: WIRING, type: "ValetKeyOptions", prefix: "" },
  { title: "createValetKey: bucket", file: WIRING, type: "BucketOptions", prefix: "bucket." },
  { title: "createValetKey: a resource", file: EMBEDDING, type: "Resource", prefix: "resources.…." },
  { title: "createValetKey: the result of place", file: EMBEDDING, type: "ItemPlace", prefix: "" },
  { title: "createValetKey: links", file: WIRING, type: "LinkOptions", prefix: "links." },
  { title: "files.createLink", file: LINKS, type: "NewLink", prefix: "" },
  { title: "files.createFileRequest", file: REQUESTS, type: "NewFileRequest", prefix: "" },
  { title: "files.attach: a new file", file: CALLS, type: "NewFile", prefix: "" },
  { title: "Tags and metadata", file: ANNOTATIONS, type: "AnnotationsInput", prefix: "" },
  { title: "Searches by tags and metadata", file: ANNOTATIONS, type: "AnnotationsFilter", prefix: "" },
  { title: "files.adopt: an object", file: CALLS, type: "AdoptedObject", prefix: "" },
  { title: "Pages of lists", file: CALLS, type: "PageOptions", prefix: "" },
  { title: "files.listMany", file: CALLS, type: "FirstFilesOptions", prefix: "" },
  { title: "files.issueUrl", file: CALLS, type: "UrlOptions", prefix: "" },
  { title: "openFiles", file: `${CLIENT}/calls.ts`, type: "CallsOptions", prefix: "" },
  { title: "openFiles: previews", file: `${CLIENT}/previews/preview.ts`, type: "PreviewOptions", prefix: "" },
  { title: "openFiles: store", file: `${CLIENT}/open-files.ts`, type: "FilesOptions", prefix: "" },
  { title: "files.upload in a browser", file: `${CLIENT}/upload/upload-options.ts`, type: "UploadOptions", prefix: "" },
  { title: "files.upload: the file", file: `${CLIENT}/upload/upload-options.ts`, type: "FileOptions", prefix: "" },
  { title: "React: the component Files", file: `${REACT}/files.tsx`, type: "FilesProps", prefix: "" },
  { title: "React: useUploads", file: `${REACT}/use-uploads.ts`, type: "UploadsOptions", prefix: "" },
  { title: "React: add of useUploads", file: `${REACT}/use-uploads.ts`, type: "AddOptions", prefix: "" },
  { title: "React: usePageDrop and Dropzone", file: `${REACT}/dropzone.tsx`, type: "DropOptions", prefix: "" },
  { title: "React: Dropzone", file: `${REACT}/dropzone.tsx`, type: "DropzoneProps", prefix: "" },
  { title: "React: useFileUrl", file: `${REACT}/use-file-url.ts`, type: "FileUrlOptions", prefix: "" },
  { title: "React: useDownload", file: `${REACT}/use-download.ts`, type: "DownloadOptions", prefix: "" },
  { title: "React: the component Preview", file: `${REACT}/preview.tsx`, type: "PreviewProps", prefix: "" },
  { title: "openTestFiles: uploadFile", file: "packages/server/src/testing.ts", type: "TestUpload", prefix: "" },
] as const;

/** The types that the client and the hooks return, in the order of the page. */
const RESULTS = [
  { title: "openFiles", file: `${CLIENT}/open-files.ts`, type: "FilesClient" },
  { title: "files.upload", file: `${CLIENT}/upload/upload-task.ts`, type: "UploadTask" },
  { title: "The progress of an upload", file: `${CLIENT}/upload/progress.ts`, type: "UploadProgress" },
  { title: "React: useUploads", file: `${REACT}/use-uploads.ts`, type: "Uploads" },
  { title: "React: a file of useUploads", file: `${REACT}/use-uploads.ts`, type: "UploadingFile" },
  { title: "React: progress of useUploads", file: `${REACT}/use-uploads.ts`, type: "UploadsProgress" },
  { title: "React: useFileUrl and usePreview", file: `${REACT}/use-file-url.ts`, type: "FileUrlState" },
  { title: "React: useDownload", file: `${REACT}/use-download.ts`, type: "DownloadFile" },
] as const;

export const OPTION_PAGES: Link[] = [
  { text: "Options of the library", link: "/reference/options" },
  { text: "Calls of the library", link: "/reference/calls" },
  { text: "Calls of openFiles and React hooks", link: "/reference/results" },
];

/** Returns all options, with the names that an application writes. */
export function readOptions(root: string): { title: string; members: Member[] }[] {
  return OPTIONS.map(({ title, prefix, ...source }) => ({
    title,
    members: membersOf(root, source).map((member) => ({ ...member, name: `${prefix}${member.name}` })),
  }));
}

export function optionsPage(root: string): string {
  const sections = readOptions(root).map(({ title, members }) => {
    const rows = members.map((member) => `| ${[code(member.name), ...factsOf(member)].join(" | ")} |`);
    return [`## ${title}`, TABLE + rows.join("\n"), ...members.map(describe)].join("\n\n");
  });
  const intro =
    "This page is for developers who embed Valet Key. It lists every option of `createValetKey`, `openFiles`, " +
    "`@valetkey/react` and `openTestFiles`. The function `openTestFiles` accepts the options of `createValetKey`. The page " +
    "[calls](calls.md#types) has the types that the options name. `AppUser` is the type that your function `user` returns.";
  return ["# Options of the library", intro, ...sections].join("\n\n");
}

export function callsPage(root: string): string {
  const ofUsers = [
    ...membersOf(root, { file: CALLS, type: "FileCalls" }),
    ...membersOf(root, { file: LINKS, type: "LinkCalls" }),
    ...membersOf(root, { file: REQUESTS, type: "FileRequestCalls" }),
  ];
  const calls = [
    ...ofUsers.map((call) => ({ ...call, type: call.type.replace("(", "(user: User, ") })),
    ...membersOf(root, { file: CALLS, type: "TransactionCalls" }),
    ...membersOf(root, { file: TENANTS, type: "TenantCalls" }).map((call) => ({
      ...call,
      name: `asApplication.${call.name}`,
    })),
    ...membersOf(root, { file: EMBEDDED, type: "ValetKey" }),
  ];
  const intro =
    "This page is for developers who embed Valet Key. It lists the calls of the object `files` that `createValetKey` returns. The type of " +
    "`files` is `ValetKey<AppUser>`, and `@valetkey/server` exports this type. The calls with the argument `user` are also in " +
    "`files.asApplication`, there without `user`, and do not ask `may` there. An error has a `code` and an HTTP `status`. The page " +
    "[errors](/errors.md) lists the codes.";
  return ["# Calls of the library", intro, ...calls.map(describeCall), typesOfCalls(root)].join("\n\n");
}

/** Writes all published types that are neither a group of calls nor on the page of options. */
function typesOfCalls(root: string): string {
  const exported = readFileSync(join(root, INDEX), "utf8").matchAll(/export type \{([^}]*)\} from "\.\/(.+)"/g);
  const sources = [...exported].flatMap(([, names = "", path = ""]) =>
    names.split(",").map((name) => ({ type: name.trim(), file: `packages/server/src/${path}` })),
  );
  const shown = sources.filter(
    ({ type }) => !/^$|Calls$|^ValetKey|^(?:BucketOptions|LinkOptions|Resources?)$/.test(type),
  );
  const sections = shown
    .sort((one, other) => (one.type < other.type ? -1 : 1))
    .map((source) => {
      const { text, definition } = definitionOf(root, source);
      return [`### ${code(source.type)}`, escapeText(text), `\`\`\`ts\n${definition}\n\`\`\``].join("\n\n");
    });
  return ["## Types", ...sections].join("\n\n");
}

export function readResults(root: string): { title: string; members: Member[] }[] {
  return RESULTS.map(({ title, ...source }) => ({ title, members: membersOf(root, source) }));
}

export function resultsPage(root: string): string {
  const sections = readResults(root).map(({ title, members }) =>
    [`## ${title}`, ...members.map((member) => `#${describeCall(member)}`)].join("\n\n"),
  );
  const intro =
    "This page is for developers who use `@valetkey/client` or `@valetkey/react`. It lists what `openFiles` and the hooks return.";
  return ["# Calls of openFiles and React hooks", intro, ...sections].join("\n\n");
}

const TABLE = "| option | type | default | range |\n| --- | --- | --- | --- |\n";

function factsOf(member: Member): string[] {
  const { isOptional, range = "" } = member;
  return [code(shortTypeOf(member)), member.default ?? (isOptional ? "" : "required"), range];
}

/** Returns the type for a cell of a table. The signature of a function is below the table. */
function shortTypeOf({ type, isMethod }: Member): string {
  if (isMethod || type.startsWith("(")) return "function";
  return type.startsWith("{") ? "object" : type.replace(/\(\(.*=>.*\)$/, "function");
}

function describe(member: Member): string {
  const { name, text, example } = member;
  const isShort = shortTypeOf(member) === member.type;
  const signature = isShort ? [] : [signatureOf({ ...member, name: name.split(".").at(-1) ?? "" })];
  return [`### ${code(name)}`, ...signature, escapeText(text), ...blockOf(example)].join("\n\n");
}

function describeCall(member: Member): string {
  const { name, whole, example } = member;
  return [`## ${code(name)}`, signatureOf(member), escapeText(whole), ...blockOf(example)].join("\n\n");
}

function signatureOf({ name, type, isMethod }: Member): string {
  return `\`\`\`ts\n${name}${isMethod ? "" : ": "}${type.replaceAll("NoInfer<AppUser>", "AppUser")}\n\`\`\``;
}

/** An example without a fence in the doc comment is TypeScript. */
function blockOf(example: string | undefined): string[] {
  if (example === undefined) return [];
  return [example.startsWith("```") ? example : `\`\`\`ts\n${example}\n\`\`\``];
}

export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Escapes the characters that Vue and tables would interpret, except in code. */
export function escapeText(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replaceAll("{{", "{ {")))
    .join("");
}
