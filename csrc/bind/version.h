/*
** The version of the library, so that a core and Lua files of two versions are
** noticed: lua/indoxhub/version.lua says the same.
*/
#ifndef IH_VERSION_H
#define IH_VERSION_H

#define IH_VERSION "0.1.0"

#endif
