import { Link, useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronsUpDown, LogOut, Plus, Settings, Trash2 } from "lucide-react";
import { Avatar } from "../components/avatar.tsx";
import { Button } from "../components/button.tsx";
import { Menu, MenuItem } from "../components/menu.tsx";
import { showProblem } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";
import { places } from "./navigation.ts";
import { useScope } from "./use-scope.ts";
import { signOut, useAccount } from "./use-session.ts";

/** The rail: the navigation at the side of the page on desktops and tablets. */
export function Rail({ onNewNote, isCreating }: { onNewNote: () => void; isCreating: boolean }) {
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
        <img src="/icon.svg" alt="" width={24} height={24} />
        <span className="max-lg:sr-only">{texts.app.name}</span>
      </Link>
      <Button kind="primary" onClick={onNewNote} disabled={isCreating}>
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
              <span className="block truncate font-medium text-small">{account.name}</span>
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
