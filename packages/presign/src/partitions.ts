/** The DNS suffix of each AWS partition, with a pattern for the names of its regions. Source: the partition list of the AWS SDK. */
const SUFFIX_BY_REGION: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, "amazonaws.com.cn"],
  [/^eusc-/, "amazonaws.eu"],
  [/^us-iso-/, "c2s.ic.gov"],
  [/^us-isob-/, "sc2s.sgov.gov"],
  [/^eu-isoe-/, "cloud.adc-e.uk"],
  [/^us-isof-/, "csp.hci.ic.gov"],
];
const DEFAULT_SUFFIX = "amazonaws.com";

/** All DNS suffixes of S3 endpoints. */
export const dnsSuffixes: readonly string[] = [...SUFFIX_BY_REGION.map(([, suffix]) => suffix), DEFAULT_SUFFIX];

/** Returns the DNS suffix of the partition that has this region. For an unknown region, returns the suffix of commercial AWS. */
export function dnsSuffixOf(region: string): string {
  return SUFFIX_BY_REGION.find(([regions]) => regions.test(region))?.[1] ?? DEFAULT_SUFFIX;
}
