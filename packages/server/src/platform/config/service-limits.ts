/** The rules that the operator sets for all links. */
export type LinkPolicy = {
  /** If false, nobody can create a link, and visitors can't open any link. */
  isEnabled: boolean;
  /** The longest life of a link, from its creation. Seconds. If undefined, a link can live until it is revoked. */
  maxExpirySeconds: number | undefined;
  /** If true, visitors can't open a link without a password. */
  isPasswordRequired: boolean;
  /** How long a visitor can get new URLs after a download claim. Seconds. */
  windowSeconds: number;
  /** An email address or a URL for visitors who report abuse. Undefined if there is no contact. */
  abuseContact: string | undefined;
};

/**
 * The maximum rate of one person on one replica. `perSecond`: the rate over a longer time. `burst`: the maximum number at once, after a
 * pause.
 */
export type RateLimit = { perSecond: number; burst: number };

export type Limits = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  /** The longest expiry that a person who is not the owner may request for a URL. Seconds. */
  urlTtlMaxSharedSeconds: number;
  uploadMaxBytes: number;
  /** The largest file for one PUT. A larger file is sent as a multipart upload. Bytes. */
  singlePutMaxBytes: number;
  /** How long a signed PUT of a file or a part is valid. Seconds. */
  uploadTtlSeconds: number;
  /** How long a multipart upload may take from start to completion. Seconds. */
  multipartTtlSeconds: number;
  /** The maximum number of pending uploads of one user. */
  userPendingUploads: number;
  /** The maximum number of pending uploads on one note. */
  notePendingUploads: number;
  /** The service verifies a file after the HTTP request if the file is larger than this and the service must read its bytes. Bytes. */
  verifyInRequestMaxBytes: number;
  /** The maximum size of all files on the notes of one user. Bytes. Default: no limit. */
  userQuotaBytes?: number | undefined;
  /** The maximum number of files on the notes of one user. Default: no limit. */
  userQuotaFiles?: number | undefined;
  /** How many download URLs one user may request. Default: no limit. */
  urlRate?: RateLimit | undefined;
  /** How many uploads one user may start. Default: no limit. */
  uploadRate?: RateLimit | undefined;
  /** How long deleted notes and files stay in the trash. Days. 0: there is no trash, and a deletion is permanent. */
  trashDays: number;
  links: LinkPolicy;
};
