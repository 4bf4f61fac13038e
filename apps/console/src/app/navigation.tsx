import { Icon } from '@gravity-ui/uikit';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTexts } from '../i18n/texts.tsx';
import { sections } from './sections.ts';
import { useMediaQuery } from './use-media-query.ts';

export function Navigation() {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const isLine = useMediaQuery('(max-width: 900px)');
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen it is a line that scrolls, and the section may be beyond its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they decide which is the current one, and where it is
  useEffect(() => {
    const show = () => {
      const current = bar.current?.querySelector<HTMLElement>('[aria-current]');
      if (current) bar.current?.scrollTo({ left: current.offsetLeft - bar.current.offsetLeft });
    };
    show();
    addEventListener('resize', show);
    return () => removeEventListener('resize', show);
  }, [pathname, isLine]);
  return (
    <nav ref={bar} className="nav" aria-label={t('shell.sections')}>
      <ul>
        {sections.map(({ to, title, icon }) => (
          <li key={to}>
            <Link
              to={to}
              className="nav__link"
              activeProps={{ className: 'nav__link_active', 'aria-current': 'page' }}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Icon data={icon} size={16} />
              <span>{t(title)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
