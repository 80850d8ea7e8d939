/** Matches the three parts of a URL: the start with the user and the password, the hosts with their ports, and the rest. */
const PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s;

/** Splits a URL with several hosts into one URL for each host, as libpq does: `postgres://user@one:5432,two:5433/db`. */
export function urlsOf(url: string): string[] {
  const [, start = "", hosts = "", rest = ""] = PARTS.exec(url) ?? [];
  return hosts.split(",").map((host) => `${start}${host}${rest}`);
}

/** Changes the URL of each host, and joins the changed URLs to one URL. */
export function mapUrls(url: string, change: (url: string) => string): string {
  const changed = urlsOf(url).map((one) => PARTS.exec(change(one)) ?? []);
  const [, start = "", , rest = ""] = changed[0] ?? [];
  return `${start}${changed.map(([, , host = ""]) => host).join(",")}${rest}`;
}

export function hostsOf(url: string): string {
  return urlsOf(url)
    .map((one) => new URL(one).host)
    .join(", ");
}

/** The permitted values of target_session_attrs. Other values do not fit, because the service needs the primary. */
const PRIMARY = new Set(["read-write", "primary"]);

/** Returns why a URL is unusable, or undefined if the URL is usable. */
export function faultOfUrl(url: string): string | undefined {
  const urls = urlsOf(url);
  const isUrl = /^postgres(?:ql)?:\/\//.test(url) && urls.every((one) => URL.canParse(one));
  if (!isUrl) return "is not a postgres:// or postgresql:// URL";
  const parsed = urls.map((one) => new URL(one));
  // If the password has an unescaped slash, an error about the host would show a part of the password.
  const isEscaped = parsed.every(({ pathname, hash }) => !`${pathname}${hash}`.includes("@"));
  if (!isEscaped) return "has an @ after the host, which must be %40";
  if (urls.length > 1 && parsed.some(({ hostname }) => hostname === "")) return "has an empty host between commas";
  if (new Set(parsed.map(({ hostname, port }) => `${hostname}:${port || 5432}`)).size < urls.length) {
    return "has a host twice with the same port";
  }
  const { searchParams } = parsed[0] as URL;
  if (searchParams.get("host")?.includes(",")) return "has several hosts in the parameter host";
  const target = searchParams.get("target_session_attrs");
  return target === null || PRIMARY.has(target)
    ? undefined
    : `has target_session_attrs=${target}, and needs read-write`;
}
