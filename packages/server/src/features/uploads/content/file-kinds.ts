import { extensionOf } from "../../../platform/text/readable-text.ts";

/** A kind of file that the service recognises by the first bytes. */
export type FileKind = {
  /** The name of the kind of file in error texts. */
  name: string;
  /** The filename extensions of the kind, without the dot. */
  extensions: readonly string[];
  /** The declared media types of the kind, the usual type first. */
  types: readonly string[];
  /** The possible first bytes of a file, one character for each byte. Undefined: the npm package `file-type` detects the kind. */
  marks?: readonly string[];
  /** The other types that the package file-type may detect in a valid file of the kind. */
  alsoFine?: readonly string[];
  /** Whether a valid file may start with unknown bytes. The service rejects such a file only if it starts like another kind. */
  isLoose?: boolean;
  /** Whether each valid file starts with known bytes. A file with other first bytes contradicts a filename of this kind. */
  isStrict?: boolean;
};

const office = (extension: string, type: string): FileKind => ({
  name: "an office document",
  extensions: [extension],
  types: [type],
  // An office document is a zip archive. With a password, the zip archive is inside a compound file.
  alsoFine: ["application/zip", "application/x-cfb"],
});

const OPEN_XML = "application/vnd.openxmlformats-officedocument";
const OPEN_DOCUMENT = "application/vnd.oasis.opendocument";

/**
 * The kinds of files whose first bytes the service checks. The service cannot check other kinds, because their files have no fixed first
 * bytes, or because several formats use one extension. For example, a .doc file may be RTF or HTML.
 */
const KINDS: readonly FileKind[] = [
  {
    name: "a PNG image",
    extensions: ["png", "apng"],
    types: ["image/png", "image/apng", "image/x-png"],
    marks: ["\u0089PNG\r\n\u001a\n"],
  },
  {
    name: "a JPEG image",
    extensions: ["jpg", "jpeg", "jpe", "jfif"],
    types: ["image/jpeg", "image/jpg", "image/pjpeg"],
    marks: ["\u00ff\u00d8\u00ff"],
  },
  { name: "a GIF image", extensions: ["gif"], types: ["image/gif"], marks: ["GIF87a", "GIF89a"] },
  { name: "a WebP image", extensions: ["webp"], types: ["image/webp"] },
  { name: "a BMP image", extensions: ["bmp"], types: ["image/bmp", "image/x-ms-bmp"] },
  { name: "a PDF", extensions: ["pdf"], types: ["application/pdf", "application/x-pdf"] },
  {
    name: "a zip archive",
    extensions: ["zip"],
    types: ["application/zip", "application/x-zip-compressed", "application/x-zip"],
    // The marks of a normal archive, an empty archive, and a split archive.
    marks: ["PK\u0003\u0004", "PK\u0005\u0006", "PK\u0007\u0008"],
  },
  {
    name: "a gzip archive",
    extensions: ["gz", "tgz"],
    types: ["application/gzip", "application/x-gzip"],
    marks: ["\u001f\u008b"],
  },
  { name: "a 7z archive", extensions: ["7z"], types: ["application/x-7z-compressed"] },
  office("docx", `${OPEN_XML}.wordprocessingml.document`),
  office("xlsx", `${OPEN_XML}.spreadsheetml.sheet`),
  office("pptx", `${OPEN_XML}.presentationml.presentation`),
  office("odt", `${OPEN_DOCUMENT}.text`),
  office("ods", `${OPEN_DOCUMENT}.spreadsheet`),
  office("odp", `${OPEN_DOCUMENT}.presentation`),
  {
    // MP4 and QuickTime use one container format, and the brand (the format name in the file) is not reliable.
    name: "an MP4 or QuickTime file",
    extensions: ["mp4", "m4v", "m4a", "m4b", "mov", "qt", "3gp", "3g2", "f4v"],
    types: [
      "video/mp4",
      "audio/mp4",
      "audio/x-m4a",
      "audio/m4a",
      "video/x-m4v",
      "video/quicktime",
      "video/3gpp",
      "video/3gpp2",
      "audio/3gpp",
      "audio/3gpp2",
    ],
  },
  {
    name: "a WebM or Matroska file",
    extensions: ["webm", "weba", "mkv", "mka"],
    types: ["video/webm", "audio/webm", "video/x-matroska", "video/matroska", "audio/x-matroska", "audio/matroska"],
    marks: ["\u001aE\u00df\u00a3"],
  },
  {
    name: "an Ogg file",
    extensions: ["ogg", "oga", "ogv", "ogx", "opus", "spx"],
    types: ["audio/ogg", "video/ogg", "application/ogg", "audio/x-opus+ogg", "audio/vorbis"],
    marks: ["OggS"],
  },
  {
    name: "a FLAC file",
    extensions: ["flac"],
    types: ["audio/flac", "audio/x-flac"],
    // If ID3 tags come first, the package file-type detects an MP3.
    alsoFine: ["audio/mpeg"],
    marks: ["fLaC"],
  },
  {
    name: "an MP3 file",
    extensions: ["mp3", "mp2", "mpga"],
    types: ["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3"],
    // Phones declare .m4a files as audio/mpeg, and users give music files of all kinds the extension .mp3.
    alsoFine: ["video/mp4", "audio/aac", "audio/wav"],
    isLoose: true,
  },
  {
    name: "an AAC file",
    extensions: ["aac"],
    types: ["audio/aac", "audio/x-aac", "audio/aacp"],
    alsoFine: ["video/mp4", "audio/mpeg"],
    isLoose: true,
  },
  {
    name: "a WAV file",
    extensions: ["wav", "wave"],
    types: ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    // If ID3 tags come first, the package file-type detects audio/mpeg.
    alsoFine: ["audio/mpeg"],
    isLoose: true,
  },
  {
    name: "an AVI film",
    extensions: ["avi"],
    types: ["video/vnd.avi", "video/x-msvideo", "video/avi", "video/msvideo"],
    isLoose: true,
  },
];

/**
 * The kinds that the service recognises only by the filename: programs, installers and shortcuts. The declared type of a program is not
 * precise enough. For example, some clients declare a script as `application/x-msdownload`.
 */
const PROGRAMS: readonly FileKind[] = [
  { name: "a Windows program", extensions: ["exe", "dll", "scr", "cpl"], types: ["application/x-msdownload"] },
  {
    name: "a Windows installer",
    extensions: ["msi", "msp"],
    types: ["application/x-msi"],
    alsoFine: ["application/x-cfb"],
  },
  { name: "a Windows shortcut", extensions: ["lnk"], types: ["application/x-ms-shortcut"] },
  { name: "a Debian package", extensions: ["deb"], types: ["application/x-deb"] },
  { name: "an RPM package", extensions: ["rpm"], types: ["application/x-rpm"] },
  {
    name: "an Android app",
    extensions: ["apk"],
    types: ["application/vnd.android.package-archive"],
    alsoFine: ["application/zip"],
  },
].map((kind) => ({ ...kind, isStrict: true }));

const byType = new Map(KINDS.flatMap((kind) => kind.types.map((type) => [type, kind])));
const byExtension = new Map(
  [...KINDS, ...PROGRAMS].flatMap((kind) => kind.extensions.map((extension) => [extension, kind])),
);

/** Returns the kind of file for a media type, which may be an alias or have parameters. */
export function kindOfType(type: string): FileKind | undefined {
  return byType.get(type.split(";", 1)[0] ?? type);
}

/** Returns the kind of file whose mark is at the start of the text. Each character of the text is one byte of the file. */
export function kindOfStart(text: string): FileKind | undefined {
  return KINDS.find(({ marks = [] }) => marks.some((mark) => text.startsWith(mark)));
}

/** Returns the kind that matches the last extension of a filename. */
export function kindOfName(filename: string): FileKind | undefined {
  return byExtension.get(extensionOf(filename));
}

/** Returns whether a file can be of two kinds at once. */
export function areCompatible(one: FileKind, other: FileKind): boolean {
  return one === other || covers(one, other) || covers(other, one);
}

function covers(kind: FileKind, other: FileKind): boolean {
  return kind.alsoFine?.some((type) => other.types.includes(type)) === true;
}
