type Permission = (options: { mode: "read" }) => Promise<"granted" | "denied" | "prompt">;

/** Where a file is. Only Chromium gives such a thing to a page so far, which the platform's types don't know. */
export type FileHandle = FileSystemFileHandle & { queryPermission: Permission; requestPermission: Permission };

type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/** Of something that was dropped; undefined where the browser does not tell, or it is no file. Never rejects. */
export async function handleOf(item: Item): Promise<FileHandle | undefined> {
  try {
    const handle = await item.getAsFileSystemHandle?.();
    return handle?.kind === "file" ? (handle as FileHandle) : undefined;
  } catch {
    return undefined;
  }
}
