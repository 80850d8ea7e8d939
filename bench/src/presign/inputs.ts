import { settings } from "../rig/settings.ts";

/** Every signer gets these inputs: AWS, virtual-hosted style, permanent credentials, and keys that need no percent-encoding. */
export const inputs = {
  ...settings,
  endpoint: `https://s3.${settings.region}.amazonaws.com`,
  keys: Array.from(
    { length: 1024 },
    (_, i) => `notes/0190f0b0-7d1e-7c3a-8f00-${(0xabc0_0000_0000 + i).toString(16)}/report.pdf`,
  ),
};
