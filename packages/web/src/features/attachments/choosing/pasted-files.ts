import { texts } from "../../../texts/index.ts";

/** The files of a paste; none when there is text too, which is meant for whoever writes. */
export function pastedFiles({ clipboardData, target }: ClipboardEvent): File[] {
  const files = [...(clipboardData?.files ?? [])];
  const isWriting =
    target instanceof HTMLElement && target.matches("input, textarea, [contenteditable] *, [contenteditable]");
  if (isWriting && clipboardData?.types.includes("text/plain")) return [];
  return files.map(withOwnName);
}

/** Browsers call every copied picture the same. */
function withOwnName(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const now = new Date();
  const [day, time] = localIso(now).split("T");
  const extension = file.name.slice(file.name.lastIndexOf("."));
  const name = texts.attachments.pasted(`${day} ${time?.replaceAll(":", ".")}`) + extension;
  return new File([file], name, { type: file.type, lastModified: now.getTime() });
}

/** "2026-11-24T22:13:05" on the clock on the wall: names sort by it. */
function localIso(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
