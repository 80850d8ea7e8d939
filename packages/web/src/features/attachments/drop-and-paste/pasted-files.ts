import { texts } from "../../../texts/index.ts";

/** Lists the pasted files. If the clipboard also contains text, a paste into a text field pastes only the text, so there are no files. */
export function pastedFiles({ clipboardData, target }: ClipboardEvent): File[] {
  const files = [...(clipboardData?.files ?? [])];
  const isTextField =
    target instanceof HTMLElement && target.matches("input, textarea, [contenteditable] *, [contenteditable]");
  if (isTextField && clipboardData?.types.includes("text/plain")) return [];
  return files.map(withOwnName);
}

/** Gives a pasted image a name with the time, because browsers give every copied image the same name. */
function withOwnName(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const now = new Date();
  // The local time, such as "2026-11-24T22:13:05", so that names sort by time.
  const localTime = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  const [day, time] = localTime.slice(0, 19).split("T");
  const extension = file.name.slice(file.name.lastIndexOf("."));
  const name = texts.attachments.pasted(`${day} ${time?.replaceAll(":", ".")}`) + extension;
  return new File([file], name, { type: file.type, lastModified: now.getTime() });
}
