import { Disclosure } from '@gravity-ui/uikit';
import { useTexts } from '../../../i18n/texts.tsx';

/** One picture of who hears what: a registry hears events, a device hears commands, each with its own credential. */
export function WhoHears({ isOpen = false }: { isOpen?: boolean }) {
  const { t } = useTexts();
  return (
    <Disclosure summary={t('hears.title')} defaultExpanded={isOpen} className="hears">
      <div className="hears__picture">
        <div className="hears__end">
          <b>{t('kind.device')}</b>
          <small>{t('hears.deviceLogin')}</small>
        </div>
        <div className="hears__ways">
          <Way topic="$devices/<ID>/events" note={t('hears.events')} />
          <Way topic="$devices/<ID>/state" note={t('hears.state')} />
          <Way topic="$devices/<ID>/commands" note={t('hears.commands')} isBack />
          <Way topic="$devices/<ID>/config" note={t('hears.config')} isBack />
        </div>
        <div className="hears__end">
          <b>{t('kind.registry')}</b>
          <small>{t('hears.registryLogin')}</small>
        </div>
      </div>
      <p className="none">{t('hears.note')}</p>
    </Disclosure>
  );
}

/** `isBack`: from the registry to the device. */
function Way({ topic, note, isBack = false }: { topic: string; note: string; isBack?: boolean }) {
  return (
    <div className="hears__way">
      <span>
        <code>{topic}</code> <small>{note}</small>
      </span>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <title>{note}</title>
        <path d={isBack ? 'M100 4 H3 M6 1 L2 4 L6 7' : 'M0 4 H97 M94 1 L98 4 L94 7'} />
      </svg>
    </div>
  );
}
