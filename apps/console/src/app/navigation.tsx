import { Icon } from '@gravity-ui/uikit';
import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n/texts.tsx';
import { sections } from './sections.ts';

export function Navigation() {
  const { t } = useTexts();
  return (
    <nav className="nav" aria-label={t('shell.sections')}>
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
