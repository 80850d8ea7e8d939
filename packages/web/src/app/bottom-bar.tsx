import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Plus, UserRound } from "lucide-react";
import { texts } from "../texts/index.ts";
import { places } from "./navigation.ts";
import { useScope } from "./use-scope.ts";

/** The bar: the navigation at the bottom of the page on phones. */
export function BottomBar({ onNewNote, isCreating }: { onNewNote: () => void; isCreating: boolean }) {
  const inside = useScope();
  const [notes, shared, links, activity] = places;
  return (
    <nav
      aria-label={texts.app.navigation}
      className="flex shrink-0 border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {[notes, shared].map((place) => (
        <BarLink key={place.to} to={place.to} short={place.short} icon={place.icon} isInside={place.scope === inside} />
      ))}
      <button
        type="button"
        onClick={onNewNote}
        disabled={isCreating}
        className="flex h-14 flex-1 items-center justify-center"
      >
        <span className="inline-flex size-11 items-center justify-center rounded-card bg-accent text-on-accent">
          <Plus size={20} />
        </span>
        <span className="sr-only">{texts.app.newNote}</span>
      </button>
      {[links, activity].map((place) => (
        <BarLink key={place.to} to={place.to} short={place.short} icon={place.icon} />
      ))}
      <BarLink to="/settings" short={texts.app.account} icon={UserRound} />
    </nav>
  );
}

type BarLinkProps = {
  to: (typeof places)[number]["to"] | "/settings";
  short: string;
  icon: typeof UserRound;
  isInside?: boolean;
};

function BarLink({ to, short, icon: Icon, isInside = false }: BarLinkProps) {
  return (
    <Link
      to={to}
      // The bar has no links to the pages under /settings. So the link to the settings is also active on these pages.
      activeOptions={{ exact: to !== "/settings", includeSearch: false }}
      className={clsx(
        "flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] data-[status=active]:text-accent",
        isInside ? "text-accent" : "text-muted",
      )}
    >
      <Icon size={20} />
      {short}
    </Link>
  );
}
