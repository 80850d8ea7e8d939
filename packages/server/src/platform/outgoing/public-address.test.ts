import { describe, expect, it } from "vitest";
import { isLoopbackAddress, isPublicAddress } from "./send-webhook.ts";

const CLOSED = [
  ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "168.63.129.16"],
  ...["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1"],
  ...["198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
  ...["::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1"],
  ...["100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1"],
  ...["fec0::1", "ff02::1", "4000::1", "localhost", "", "1.2.3", "8.8.8.8.8"],
];
const OPEN = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700:4700::1111", "2a00::1"];

describe("requirement 31: the IP address of a host that a user entered", () => {
  it.each(CLOSED)("the text %s is not a public IP address", (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(OPEN)("the IP address %s is a public address", (address) => expect(isPublicAddress(address)).toBe(true));
  it("only a loopback address counts as the local machine", () => {
    const given = ["127.0.0.1", "127.9.9.9", "::1", "10.0.0.1", "::ffff:127.0.0.1", "127.example.com"];
    expect(given.map(isLoopbackAddress)).toEqual([true, true, true, false, false, false]);
  });
});
