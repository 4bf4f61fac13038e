import {
  ArrowShapeDownToLine,
  ArrowShapeRightFromLine,
  ChartColumn,
  Cpu,
  Cubes3,
  Gear,
  ListUl,
  Persons,
  Rocket,
  Server,
  ShieldKeyhole,
  SquareListUl,
  Tray,
} from '@gravity-ui/icons';
import type { TextKey } from '../i18n/keys.ts';

/** The sections, in the order of the menu. `key`: what follows `g`. */
export const sections = [
  { to: '/', title: 'nav.overview', icon: ChartColumn, key: 'o' },
  { to: '/start', title: 'nav.start', icon: Rocket, key: 's' },
  { to: '/registries', title: 'nav.registries', icon: Tray, key: 'r' },
  { to: '/devices', title: 'nav.devices', icon: Cpu, key: 'd' },
  { to: '/brokers', title: 'nav.brokers', icon: Cubes3, key: 'b' },
  { to: '/log', title: 'nav.log', icon: ListUl, key: 'l' },
  { to: '/exports', title: 'nav.exports', icon: ArrowShapeRightFromLine, key: 'e' },
  { to: '/moving-in', title: 'nav.movingIn', icon: Persons, key: 'm' },
  { to: '/import', title: 'nav.import', icon: ArrowShapeDownToLine, key: 'i' },
  { to: '/nodes', title: 'nav.nodes', icon: Server, key: 'n' },
  { to: '/audit', title: 'nav.audit', icon: SquareListUl, key: 'u' },
  { to: '/access', title: 'nav.access', icon: ShieldKeyhole, key: 'a' },
  { to: '/settings', title: 'nav.settings', icon: Gear, key: 't' },
] as const satisfies readonly { readonly title: TextKey; readonly [key: string]: unknown }[];
