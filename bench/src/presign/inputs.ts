import { settings } from "../rig/settings.ts";

/** The inputs of every signer: AWS, virtual-hosted style, permanent credentials, and keys without characters to encode. */
export const inputs = {
  ...settings,
  endpoint: `https://s3.${settings.region}.amazonaws.com`,
  keys: Array.from(
    { length: 1024 },
    (_, i) => `notes/0190f0b0-7d1e-7c3a-8f00-${(0xabc0_0000_0000 + i).toString(16)}/report.pdf`,
  ),
};
