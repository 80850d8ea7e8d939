export const SESSION_SECONDS = 7 * 24 * 3600;
export const SESSION_UPDATE_SECONDS = 24 * 3600;

export function sessionCookieName(publicUrl: string): string {
  return `${cookiePrefix(publicUrl)}.session_token`;
}

/** Returns the name of the cookie with which the service recognises a browser that an account has already used. */
export function browserCookieName(publicUrl: string): string {
  return `${cookiePrefix(publicUrl)}.browser`;
}

/** Returns the prefix of all cookie names. A browser accepts a __Host- cookie only without a Domain and with the Path /. */
export function cookiePrefix(publicUrl: string): string {
  return isHttps(publicUrl) ? "__Host-valetkey" : "valetkey";
}

export function isHttps(publicUrl: string): boolean {
  return new URL(publicUrl).protocol === "https:";
}

/** The methods of requests that change nothing. A page of another origin may send such requests. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
