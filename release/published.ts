/** The folders of the published packages, below packages/. Each package comes after the packages on which it depends. */
export const PUBLISHED = ["presign", "contract", "s3-local", "client", "react", "server", "valetkey"] as const;
export type Published = (typeof PUBLISHED)[number];
