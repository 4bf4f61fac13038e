/** Words of registries, devices, brokers, and of what belongs to them. */
export const resources = {
  registries: {
    create: 'Create a registry',
    edit: 'Edit the registry',
    empty:
      'A registry is a set of devices that one backend listens to. Create the first, or take the four steps of “First device”.',
  },
};
