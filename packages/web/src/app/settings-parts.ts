import {
  HardDrive,
  KeyRound,
  type LucideIcon,
  Mail,
  ShieldCheck,
  Stethoscope,
  SunMoon,
  UserRound,
  UsersRound,
  Webhook,
} from "lucide-react";

/** The parts of the settings, in the order of the index. `isFor` says who sees a part. Default: everybody. */
export const settingsParts = [
  { id: "account", icon: UserRound, isFor: "everybody" },
  { id: "security", icon: ShieldCheck, isFor: "everybody" },
  { id: "mails", icon: Mail, isFor: "mail" },
  { id: "appearance", icon: SunMoon, isFor: "everybody" },
  { id: "storage", icon: HardDrive, isFor: "everybody" },
  { id: "tokens", icon: KeyRound, isFor: "everybody" },
  { id: "webhooks", icon: Webhook, isFor: "everybody" },
  { id: "administration", icon: UsersRound, isFor: "administrators" },
  { id: "doctor", icon: Stethoscope, isFor: "administrators" },
] as const satisfies readonly { id: string; icon: LucideIcon; isFor: string }[];

export type SettingsPartId = (typeof settingsParts)[number]["id"];

/** Returns the path of a part. The return type is `string`, because the router has one route with a parameter for all parts. */
export function pathOf(id: SettingsPartId): string {
  return id === "administration" ? "/admin" : `/settings/${id}`;
}
