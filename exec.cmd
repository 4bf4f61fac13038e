@rem cmd.exe has no `exec`, which package.json uses: without it a POSIX shell would stay between npm and the program,
@rem and turn its exit status after Ctrl-C into another.
@%*
