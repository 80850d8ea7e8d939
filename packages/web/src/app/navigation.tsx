import { useQuery } from "@tanstack/react-query";
import { Link, useMatchRoute, useNavigate, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronsUpDown, FileText, History, Link2, LogOut, Plus, Settings, Trash2, Users } from "lucide-react";
import { Avatar } from "../components/avatar.tsx";
import { BrandLogo } from "../components/brand-logo.tsx";
import { Button } from "../components/button.tsx";
import { Menu, MenuItem } from "../components/menu.tsx";
import { listedNote, noteQuery } from "../service/queries.ts";
import { showProblem } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";
import { signOut, useAccount } from "./session.ts";

/**
 * The pages of the navigation, in the order of the rail (desktops) and the bottom bar (phones). `scope` is the list of notes that a page
 * shows.
 */
export const places = [
  { to: "/", label: texts.app.notes, short: texts.app.notes, icon: FileText, scope: "owned" },
  { to: "/shared", label: texts.app.sharedWithMe, short: texts.app.shared, icon: Users, scope: "shared" },
  { to: "/links", label: texts.app.links, short: texts.app.links, icon: Link2, scope: null },
  { to: "/activity", label: texts.app.activity, short: texts.app.activity, icon: History, scope: null },
] as const;

/** The navigation at the side of the page, on desktops and tablets. */
export function Rail({ onNewNote }: { onNewNote: () => void }) {
  const inside = useScope();
  return (
    <nav
      aria-label={texts.app.navigation}
      className="hidden shrink-0 flex-col gap-4 border-r p-2 md:flex md:w-14 lg:w-60 lg:p-3"
    >
      <Link
        to="/"
        className="flex items-center gap-2 rounded-card px-2 py-1 font-semibold max-lg:justify-center max-lg:px-0"
      >
        <BrandLogo className="h-6 max-w-24 object-contain" />
        <span className="max-lg:sr-only">{texts.app.name}</span>
      </Link>
      <Button kind="primary" onClick={onNewNote}>
        <Plus size={16} className="shrink-0" />
        <span className="max-lg:sr-only">{texts.app.newNote}</span>
      </Button>
      <ul className="flex flex-col gap-0.5">
        {places.map(({ to, label, scope, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: true, includeSearch: false }}
              className={clsx(
                "flex h-9 items-center gap-2 rounded-card px-2 transition-colors hover:bg-hover hover:text-ink",
                "data-[status=active]:bg-selected data-[status=active]:font-medium data-[status=active]:text-ink",
                scope === inside ? "bg-selected font-medium text-ink" : "text-muted",
              )}
            >
              <Icon size={16} className="shrink-0 max-lg:mx-auto" />
              <span className="max-lg:sr-only">{label}</span>
            </Link>
          </li>
        ))}
      </ul>
      <AccountMenu />
    </nav>
  );
}

function AccountMenu() {
  const account = useAccount();
  const navigate = useNavigate();
  if (account === undefined) return null;
  return (
    <div className="mt-auto">
      <Menu
        side="top"
        align="start"
        trigger={
          <button
            type="button"
            className="flex w-full items-center gap-2 rounded-card p-1.5 text-left lg:p-2 hover:bg-hover"
          >
            <Avatar name={account.name} />
            <span className="min-w-0 grow max-lg:sr-only">
              <span dir="auto" className="block truncate font-medium text-small">
                {account.name}
              </span>
              <span className="block truncate text-muted text-small">{account.email}</span>
            </span>
            <ChevronsUpDown size={14} className="shrink-0 text-muted max-lg:hidden" />
          </button>
        }
      >
        <MenuItem icon={<Trash2 size={16} />} onClick={() => void navigate({ to: "/deleted" })}>
          {texts.app.deleted}
        </MenuItem>
        <MenuItem icon={<Settings size={16} />} onClick={() => void navigate({ to: "/settings" })}>
          {texts.app.settings}
        </MenuItem>
        <MenuItem icon={<LogOut size={16} />} onClick={() => void signOut().catch(showProblem)}>
          {texts.app.signOut}
        </MenuItem>
      </Menu>
    </div>
  );
}

/** The navigation at the bottom of the page, on phones. */
export function BottomBar({ onNewNote }: { onNewNote: () => void }) {
  const inside = useScope();
  const isAdministration = useMatchRoute()({ to: "/admin" }) !== false;
  const [notes, shared, links, activity] = places;
  return (
    <nav
      aria-label={texts.app.navigation}
      className="flex shrink-0 border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {[notes, shared].map((place) => (
        <BarLink key={place.to} to={place.to} short={place.short} icon={place.icon} isInside={place.scope === inside} />
      ))}
      <button type="button" onClick={onNewNote} className="flex h-14 flex-1 items-center justify-center">
        <span className="inline-flex size-11 items-center justify-center rounded-card bg-accent text-on-accent">
          <Plus size={20} />
        </span>
        <span className="sr-only">{texts.app.newNote}</span>
      </button>
      {[links, activity].map((place) => (
        <BarLink key={place.to} to={place.to} short={place.short} icon={place.icon} />
      ))}
      <BarLink to="/settings" short={texts.app.settings} icon={Settings} isInside={isAdministration} />
    </nav>
  );
}

type BarLinkProps = {
  to: (typeof places)[number]["to"] | "/settings";
  short: string;
  icon: typeof Settings;
  isInside?: boolean;
};

function BarLink({ to, short, icon: Icon, isInside = false }: BarLinkProps) {
  return (
    <Link
      to={to}
      // The link to the settings is also active on each page under /settings, because the bottom bar has no links to these pages.
      activeOptions={{ exact: to !== "/settings", includeSearch: false }}
      aria-current={isInside ? "true" : undefined}
      className={clsx(
        "flex h-14 flex-1 flex-col items-center justify-center gap-0.5 px-1 text-[11px] data-[status=active]:text-accent",
        isInside ? "text-accent" : "text-muted",
      )}
    >
      <Icon size={20} />
      {short}
    </Link>
  );
}

/**
 * Returns which list of notes the page shows: the user's own notes, or the notes that others share. Depends on the URL, or on the user's
 * role in the open note. Returns undefined if the page shows no list of notes.
 */
export function useScope(): "owned" | "shared" | undefined {
  const matches = useMatchRoute();
  const { noteId } = useParams({ strict: false });
  const { data } = useQuery({ ...noteQuery(noteId ?? ""), enabled: noteId !== undefined });
  if (noteId !== undefined) {
    const note = data ?? listedNote(noteId);
    return note === undefined || note.role === "owner" ? "owned" : "shared";
  }
  if (matches({ to: "/shared" }) !== false) return "shared";
  return matches({ to: "/" }) === false && matches({ to: "/deleted" }) === false ? undefined : "owned";
}
