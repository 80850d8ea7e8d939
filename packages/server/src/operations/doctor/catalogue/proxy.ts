import type { Entry } from "./entry.ts";

/** Faults of PUBLIC_URL and of the proxies between browsers and the service. */
export const proxyFaults = {
  "public-url-unreachable": {
    severity: "error",
    title: "PUBLIC_URL does not respond",
    why: "Links and sign-ins lead there.",
  },
  "public-url-other": {
    severity: "error",
    title: "Another server responds at PUBLIC_URL",
    why: "Links and sign-ins lead to a server that is not this service, or has another AUTH_SECRET.",
  },
  "public-url-redirects": {
    severity: "error",
    title: "PUBLIC_URL redirects elsewhere",
    why: "Browsers end at another origin. The service then refuses sign-ins and writes from its own pages.",
  },
  "public-url-plain-http": {
    severity: "warning",
    title: "PUBLIC_URL uses http",
    why: "Passwords, sessions and URLs cross the network in clear text.",
  },
  "forwarded-for-missing": {
    severity: "error",
    title: "The proxy does not add the IP address of the client",
    why: "The service takes the IP address of the proxy, or one that the client wrote. Limits then protect nobody.",
  },
  "trust-proxy-too-large": {
    severity: "error",
    title: "TRUST_PROXY trusts more proxies than there are",
    why: "Anyone can forge an IP address, and evade the limits on passwords and links.",
  },
  "trust-proxy-too-small": {
    severity: "warning",
    title: "TRUST_PROXY trusts fewer proxies than there are",
    why: "All clients share the IP address of a proxy, so one guesser blocks the sign-ins of all.",
  },
  "client-address-invalid": {
    severity: "error",
    title: "The proxy writes no valid IP address of the client",
    why: "The service takes the IP address of the proxy, so one guesser blocks the sign-ins of all.",
  },
  "proxy-body-limit": {
    severity: "warning",
    title: "The proxy refuses larger request bodies",
    why: "Long notes, and files that programs send through the service, fail.",
  },
  "proxy-buffers": {
    severity: "warning",
    title: "The proxy buffers request bodies",
    why: "Each file that a program sends through the service is first written to the disk of the proxy.",
  },
  "proxy-buffers-events": {
    severity: "warning",
    title: "The proxy buffers event streams",
    why: "Pages show the changes of other people late, or only after a reload.",
  },
  "proxy-strips-credentials": {
    severity: "error",
    title: "The proxy removes headers with credentials",
    why: "People can't sign in, or programs can't use their tokens.",
  },
  "metrics-public": {
    severity: "warning",
    title: "Anyone can read the metrics",
    why: "/metrics shows how much the service is used.",
  },
} as const satisfies Record<string, Entry>;
