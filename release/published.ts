/** The folders of the published packages below packages/, each after those that it depends on. */
export const PUBLISHED = ["presign", "contract", "s3-local", "client", "react", "server", "valetkey"] as const;
export type Published = (typeof PUBLISHED)[number];
