/** What this browser keeps of files, by the names of its databases. */
export const storeNames = { uploads: "valetkey.uploads", thumbnails: "valetkey.thumbnails" } as const;
